using System.Globalization;
using System.Reflection;
using RideTracker.Demo.Pages;
using RideTracker.Hosting.Access;
using RideTracker.Records.Api;
using RideTracker.Records.Events;
using RideTracker.Records.Geofences;
using RideTracker.Records.Outbox;
using RideTracker.Records.Routing;
using RideTracker.Records.Tokens;
using RideTracker.Records.Trails;
using RideTracker.Records.Trips;
using RideTracker.Records.Webhooks;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tests.Docs;

/// <summary>docs/operations.md names every setting of a node with its default, and none that there is not.</summary>
public class OperationsPageTests
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> Page = ReadPage();

    public static TheoryData<string, object> Sections => new()
    {
        { "Access", new AccessOptions() },
        { "Hub", new HubOptions() },
        { "Ingest", new IngestOptions() },
        { "Ingest:Checks", new FixLimits() },
        { "Ingest:Advice", new AdviceOptions() },
        { "Presence", new PresenceOptions() },
        { "FanOut", new FanOutOptions() },
        { "Delivery", new DeliveryOptions() },
        { "Tracking", new TrackingOptions() },
        { "Trails", new TrailOptions() },
        { "Tokens", new TokensOptions() },
        { "Routing", new RoutingOptions() },
        { "Trips", new TripsOptions() },
        { "Outbox", new OutboxOptions() },
        { "Api", new ApiOptions() },
        { "Geofences", new GeofencesOptions() },
        { "Events", new EventsOptions() },
        { "Webhooks", new WebhooksOptions() },
        { "Map", new MapOptions() },
    };

    [Theory]
    [MemberData(nameof(Sections), DisableDiscoveryEnumeration = true)]
    public void Settings_AreNamedWithTheirDefaults(string section, object options)
    {
        var settings = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null && !Page.ContainsKey($"{section}:{property.Name}"))
            .ToDictionary(property => property.Name, property => Text(property.GetValue(options)));
        Assert.Equal(settings.OrderBy(setting => setting.Key, StringComparer.Ordinal), Page[section].OrderBy(setting => setting.Key, StringComparer.Ordinal));
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        string text => text,
        System.Collections.IEnumerable many => many.Cast<object>().Any() ? "some" : "none",
        TimeSpan { Milliseconds: not 0 } time => time.ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    // Rows such as | `Name` | default | range | text | below headings such as ### `Section`.
    private static Dictionary<string, IReadOnlyDictionary<string, string>> ReadPage()
    {
        var page = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        Dictionary<string, string> section = [];
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot(), "docs", "operations.md")))
        {
            if (line.StartsWith("### ", StringComparison.Ordinal)) page[line[4..].Trim('`')] = section = [];
            else if (line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|') is [_, var name, var standard, ..]) section[name.Trim(' ', '`')] = standard.Trim();
        }

        return page;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests don't run from the repository.");
        return folder.FullName;
    }
}

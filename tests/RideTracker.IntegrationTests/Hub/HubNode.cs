using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideTracker.Protocol;
using RideTracker.Protocol.Drivers;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Presence;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>One node's hub slice with a connection of its own, and presence where a test asks for it.</summary>
internal sealed class HubNode : IAsyncDisposable
{
    private readonly IHost _host;

    private HubNode(IHost host)
    {
        _host = host;
        Link = host.Services.GetRequiredService<HubLink>();
        Writer = host.Services.GetRequiredService<HubWriter>();
        Reader = host.Services.GetRequiredService<HubReader>();
        Trips = new TripProjection(Link);
        Duty = new DutyProjection(Link);
    }

    public HubLink Link { get; }

    public HubWriter Writer { get; }

    public HubReader Reader { get; }

    public TripProjection Trips { get; }

    public DutyProjection Duty { get; }

    /// <summary>A node that is not started yet: what is written to it stands in its queue.</summary>
    public static HubNode Build(string endPoint, bool sweeps = false, params (string Key, object Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        // A busy machine is no hub that is away.
        var values = new Dictionary<string, string?> { ["Hub:Redis"] = endPoint, ["Hub:TimeoutMs"] = "20000" };
        foreach (var (key, value) in settings) values[key] = Convert.ToString(value, CultureInfo.InvariantCulture);
        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHub();
        if (sweeps) builder.Services.AddPresence();
        else builder.Services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section);
        return new HubNode(builder.Build());
    }

    public static async Task<HubNode> StartAsync(string endPoint, bool sweeps = false, params (string Key, object Value)[] settings)
    {
        var node = Build(endPoint, sweeps, settings);
        try
        {
            await node.StartAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public Task StartAsync() => _host.StartAsync(TestContext.Current.CancellationToken);

    public int Partition(DriverId driver) => HubKeys.Partition(driver, Link.Partitions);

    /// <summary>Writes one report: its fixes sorted, as ingest hands them over.</summary>
    public Task<HubVerdict> WriteAsync(DriverId driver, params DriverFix[] fixes) =>
        Writer.WriteAsync(new DriverReport(driver, [.. fixes.OrderBy(fix => fix.FixTimeMs)]), TestContext.Current.CancellationToken)
            .AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    /// <summary>The driver's slot, which must be there.</summary>
    public async Task<DriverSlot> SlotAsync(DriverId driver)
    {
        var slot = await Reader.ReadDriverAsync(driver, TestContext.Current.CancellationToken);
        Assert.NotNull(slot);
        return slot;
    }

    /// <summary>The trip, which must be there.</summary>
    public async Task<TripHead> TripAsync(TripId trip)
    {
        var head = await Reader.ReadTripAsync(trip, TestContext.Current.CancellationToken);
        Assert.NotNull(head);
        return head;
    }

    public Task ProjectAsync(Trip trip) => Trips.WriteAsync(trip, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }
}

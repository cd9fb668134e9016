using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.Tests.Hosting;

/// <summary>Wrong settings: all are named at once, by their paths, whatever is wrong with them.</summary>
public class CheckedOptionsTests
{
    [Fact]
    public void ValuesThatAreNoneOfTheirType_AreAllNamedWithWhatWouldBeRight()
    {
        var failures = Start(("Database:Engine", "Oracle"), ("Database:CommandTimeoutSeconds", "soon"), ("Trips:OffWayMeters", "abc"));

        Assert.Contains("Database:Engine must be of Postgres, Sqlite, but is 'Oracle'.", failures);
        Assert.Contains("Database:CommandTimeoutSeconds must be a whole number of 2147483647 at the most, but is 'soon'.", failures);
        Assert.Contains(failures, failure => failure.StartsWith("Trips:OffWayMeters must be a", StringComparison.Ordinal) && failure.EndsWith("but is 'abc'.", StringComparison.Ordinal));
    }

    [Fact]
    public void ValueOutOfItsRangeBesideOneThatIsNoNumber_BothAreNamed()
    {
        var failures = Start(("Database:Engine", "Oracle"), ("Trips:OffWayFixes", "0"));

        Assert.Contains(failures, failure => failure.StartsWith("Database:Engine ", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Trips:OffWayFixes must be 1 to 100", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Postgres", "garbage")]
    [InlineData("Postgres", "Host=db;Passwort=secret")]
    [InlineData("Sqlite", "Host=elsewhere")]
    public void ConnectionStringThatCannotBeRead_IsNamedAndNotShown(string engine, string text)
    {
        var failure = Assert.Single(Start(("Database:Engine", engine), ("Database:ConnectionString", text)));

        Assert.StartsWith("Database:ConnectionString ", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(text, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsThatAreNeededBeforeTheStart_AreTheDefaultsWhereTheyCannotBeRead()
    {
        Assert.Equal(DatabaseEngine.Postgres, Configuration(("Database:Engine", "Oracle")).ReadOrDefault<DatabaseOptions>("Database").Engine);
        Assert.Equal(DatabaseEngine.Sqlite, Configuration(("Database:Engine", "Sqlite")).ReadOrDefault<DatabaseOptions>("Database").Engine);
    }

    private static IReadOnlyList<string> Start(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(Configuration(settings));
        services.AddRecordsDatabase();
        services.AddCheckedOptions<TripsOptions>("Trips");
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException one)
        {
            return [.. one.Failures];
        }
        catch (AggregateException several)
        {
            return [.. several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)];
        }
    }

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Routing;

namespace RideTracker.Tests.Routing;

/// <summary>Routing as a host has it, with a clock that stands still, and what its metrics counted.</summary>
internal sealed class Planners : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();

    /// <param name="streets">Those that the host has already.</param>
    /// <param name="settings">The last one of a name counts.</param>
    public Planners(StreetGraph? streets = null, params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Reverse().DistinctBy(setting => setting.Name).Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build());
        if (streets is not null) services.AddSingleton(new StreetMap(streets));
        services.AddRoutePlanning();
        _services = services.BuildServiceProvider();

        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Counted.AddOrUpdate($"{tags[0].Value}", value, (_, sum) => sum + value));
        _listener.Start();
        Planner = _services.GetRequiredService<IRoutePlanner>();
    }

    /// <summary>Noon by the sun in San Francisco.</summary>
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-05-01T20:10:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public IRoutePlanner Planner { get; }

    /// <summary>By source and by outcome.</summary>
    public ConcurrentDictionary<string, long> Counted { get; } = new(StringComparer.Ordinal);

    public long this[string tag] => Counted.GetValueOrDefault(tag);

    public IServiceProvider Services => _services;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _services.DisposeAsync();
    }
}

using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>A real server that can be the hub, for the tests of one class; says why where it can't be had here.</summary>
public abstract class HubEngine : IAsyncLifetime
{
    private string? _missing;
    private ConnectionMultiplexer? _redis;

    /// <summary>The engine's word in <c>RIDETRACKER_REQUIRE_ENGINES</c>.</summary>
    public abstract string Name { get; }

    /// <summary>HOST:PORT.</summary>
    public string EndPoint { get; private set; } = "";

    /// <summary>The tests' own connection, apart from the product's.</summary>
    public ConnectionMultiplexer Redis => _redis ?? throw new InvalidOperationException($"{Name} is not running: {_missing}");

    public IDatabase Database => Redis.GetDatabase();

    /// <summary>Starts the engine; a test class calls <see cref="BeginAsync"/> before each test.</summary>
    public async ValueTask InitializeAsync()
    {
        try
        {
            EndPoint = await StartAsync();
            _redis = await ConnectionMultiplexer.ConnectAsync($"{EndPoint},allowAdmin=true,connectTimeout=30000,asyncTimeout=60000,syncTimeout=60000");
        }
        catch (EngineMissingException missing)
        {
            _missing = missing.Message;
        }
    }

    /// <summary>Skips the test where the engine is missing, or fails it where the engine is required; otherwise empties the engine.</summary>
    public async Task BeginAsync()
    {
        Require();
        await Database.ExecuteAsync("FLUSHALL");
    }

    /// <summary>Skips the test where the engine is missing, or fails it where the engine is required.</summary>
    public void Require()
    {
        if (_missing is not null) Missing(Name, _missing);
    }

    /// <summary>Skips the running test, or fails it where the engine is required.</summary>
    [DoesNotReturn]
    public static void Missing(string engine, string reason)
    {
        var required = Environment.GetEnvironmentVariable("RIDETRACKER_REQUIRE_ENGINES") ?? "";
        if (required.Split(',', StringSplitOptions.TrimEntries).Contains(engine)) Assert.Fail($"{engine} is required (RIDETRACKER_REQUIRE_ENGINES), but {reason}");
        Assert.Skip($"{engine}: {reason}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        await EndAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the server and returns its HOST:PORT.</summary>
    /// <exception cref="EngineMissingException">It can't be had on this machine.</exception>
    protected abstract Task<string> StartAsync();

    protected abstract Task EndAsync();
}

/// <summary>The engine can't be had on this machine; the message says what is missing.</summary>
public sealed class EngineMissingException(string message) : Exception(message);

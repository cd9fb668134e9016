namespace RideTracker.IntegrationTests.Engines;

/// <summary>Redis 7: the redis-server of the host.</summary>
public sealed class Redis7Engine : HubEngine
{
    private RedisProcess? _process;

    public override string Name => "redis7";

    protected override async Task<string> StartAsync()
    {
        _process = await RedisProcess.StartAsync("--appendonly", "no");
        return _process.EndPoint;
    }

    protected override async Task EndAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}

using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Redis killed and started again on its append-only file, under a node that goes on.</summary>
public sealed class HubRestartTests : IAsyncLifetime
{
    private static readonly DriverId Ann = DriverId.Parse("ann");
    private static readonly DriverFix First = new(1_764_000_000_000, 37.77, -122.42);

    private RedisProcess? _redis;

    private RedisProcess Redis => _redis!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        }
        catch (EngineMissingException missing)
        {
            HubEngine.Missing("redis7", missing.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Fact]
    public async Task KilledRedis_IsUnavailableThenBackWithItsDataAsAnotherIncarnation()
    {
        await using var node = await HubNode.StartAsync(Redis.EndPoint, false, ("Hub:TimeoutMs", 5_000));
        Assert.Equal(HubOutcome.Taken, (await node.WriteAsync(Ann, First)).Outcome);
        var before = (node.Link.Incarnation, Secret: Convert.ToHexString(node.Link.Secret), (await node.SlotAsync(Ann)).Number);
        var restored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Link.Restored += () => restored.TrySetResult();

        await Redis.KillAsync();
        var later = First with { FixTimeMs = First.FixTimeMs + 1_000 };
        Assert.Equal(HubVerdict.Unavailable, await node.WriteAsync(Ann, later));
        Assert.False(node.Link.IsUp);
        Assert.Equal(before.Incarnation, node.Link.Incarnation);
        await Assert.ThrowsAsync<HubUnavailableException>(() => node.SlotAsync(Ann));

        await Redis.StartAgainAsync();
        await restored.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(node.Link.IsUp);
        Assert.NotEqual(before.Incarnation, node.Link.Incarnation);
        Assert.Equal(before.Secret, Convert.ToHexString(node.Link.Secret));
        Assert.Equal((before.Number, First), (await node.SlotAsync(Ann)) is var slot ? (slot.Number, slot.Newest!.Value) : default);
        Assert.Equal((HubOutcome.Taken, 1, 1), (await node.WriteAsync(Ann, First, later)) is var verdict ? (verdict.Outcome, verdict.Accepted, verdict.Duplicates) : default);
        Assert.True((await node.SlotAsync(Ann)).Number > before.Number);
    }

    [Fact]
    public async Task RedisThatLostItsData_IsAnotherIncarnationThatNumbersOn()
    {
        await using var node = await HubNode.StartAsync(Redis.EndPoint);
        await node.WriteAsync(Ann, First);
        var before = (node.Link.Incarnation, (await node.SlotAsync(Ann)).Number);
        var restored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Link.Restored += () => restored.TrySetResult();
        await Redis.KillAsync();
        Redis.LoseData();
        await Redis.StartAgainAsync();
        await restored.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.NotEqual(before.Incarnation, node.Link.Incarnation);
        Assert.Null(await node.Reader.ReadDriverAsync(Ann, TestContext.Current.CancellationToken));
        Assert.Equal(1, (await node.WriteAsync(Ann, First)).Accepted);
        Assert.True((await node.SlotAsync(Ann)).Number > before.Number);
    }

    [Fact]
    public async Task NodeStartedBeforeRedis_ComesUpWhenRedisDoes()
    {
        await Redis.KillAsync();
        await using var node = await HubNode.StartAsync(Redis.EndPoint, false, ("Hub:TimeoutMs", 500));
        var restored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Link.Restored += () => restored.TrySetResult();
        Assert.False(node.Link.IsUp);
        Assert.Equal("", node.Link.Incarnation);
        Assert.Equal(HubVerdict.Unavailable, await node.WriteAsync(Ann, First));

        await Redis.StartAgainAsync();
        await restored.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(node.Link.IsUp);
        Assert.Equal(HubOutcome.Taken, (await node.WriteAsync(Ann, First)).Outcome);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tests.Client;

/// <summary>The SignalR door and the HTTP twin do the same as the plain WebSocket.</summary>
public sealed class OtherDoorsTests
{
    [Theory]
    [InlineData(DriverDoor.SignalR)]
    [InlineData(DriverDoor.SignalRMessagePack)]
    public async Task SignalR_FailedCall_IsSentAgain_AndWhatTheServerCallsIsHeard(DriverDoor door)
    {
        var script = new HubScript();
        await using var server = await ScriptedServer.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(script);
                builder.Services.AddSignalR().AddMessagePackProtocol(o => o.SerializerOptions = RideTracker.Tracking.Ingest.FixMessagePack.Options(500));
            },
            app => app.MapHub<ScriptedHub>("/v1/driver"));
        await using var connection = new DriverConnection(Options(server, door));
        var (advice, trips) = (Channel.CreateUnbounded<Advice>(), Channel.CreateUnbounded<string>());
        connection.AdviceChanged += a => advice.Writer.TryWrite(a);
        connection.TripChanged += t => trips.Writer.TryWrite(t?.GetProperty("id").GetString() ?? "none");
        connection.Start();
        connection.Report(new DriverFix(1, 44.5, -30) { SpeedMps = 3 });
        await connection.FlushAsync(Cancel);
        Assert.Equal((1, 1, 2), (connection.Counters.Accepted, connection.Counters.Reported, connection.Counters.Sent));
        Assert.Equal([1, 1], script.Times);
        Assert.Equal(new Advice(2000, 3), await advice.Reader.ReadAsync(Cancel));
        Assert.Equal("t_1", await trips.Reader.ReadAsync(Cancel));
        Assert.Equal("none", await trips.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task Http_BusyServer_IsAskedAgainAfterTheDelay()
    {
        var answers = new ConcurrentQueue<int>([503, 200]);
        await using var server = await ScriptedServer.StartAsync(map: app => app.MapPost("/v1/drivers/{id}/fixes", async (string id, HttpContext context) =>
        {
            var fixes = await context.Request.ReadFromJsonAsync<JsonElement>();
            if (!answers.TryDequeue(out var status) || status == 200)
            {
                await context.Response.WriteAsync($$"""{"accepted":{{fixes.GetArrayLength()}},"duplicates":0,"rejected":[],"now":1,"hub":"h"}""");
                return;
            }

            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
        }));
        await using var connection = new DriverConnection(Options(server, DriverDoor.Http));
        connection.Start();
        connection.Report(new DriverFix(1, 44.5, -30));
        await connection.FlushAsync(Cancel);
        Assert.Equal((1, 2), (connection.Counters.Accepted, connection.Counters.Sent));
    }

    [Theory]
    [InlineData(DriverDoor.SignalR)]
    [InlineData(DriverDoor.Http)]
    public async Task RefusedToken_IsFinal_ThroughEveryDoor(DriverDoor door)
    {
        await using var server = await ScriptedServer.StartAsync(map: app => app.Run(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        }));
        await using var connection = new DriverConnection(Options(server, door));
        connection.Start();
        connection.Report(new DriverFix(1, 44.5, -30));
        await Assert.ThrowsAsync<DriverRefusedException>(() => connection.Completion.WaitAsync(Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DriverConnectionOptions Options(ScriptedServer server, DriverDoor door) => new()
    {
        Server = server.Address,
        Driver = DriverId.Parse("d1"),
        Token = _ => new("a-token"),
        Door = door,
        FirstBackoff = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>What the hub was told, and how often it is still to fail.</summary>
    private sealed class HubScript
    {
        public ConcurrentQueue<long> Times { get; } = new();
    }

    private sealed class ScriptedHub(HubScript script) : Hub
    {
        public async Task<Ack> Report(DriverFix[] fixes)
        {
            foreach (var fix in fixes) script.Times.Enqueue(fix.FixTimeMs);
            if (script.Times.Count == 1) throw new HubException("The hub is away.");
            await Clients.Caller.SendAsync("Advise", new Advice(2000, 3));
            await Clients.Caller.SendAsync("Trip", new RideTracker.Tracking.Ingest.WireJson("""{"id":"t_1"}"""u8.ToArray()));
            await Clients.Caller.SendAsync("Trip", new RideTracker.Tracking.Ingest.WireJson("null"u8.ToArray()));
            return new Ack(fixes.Length, 0, [], 1, "h");
        }
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideTracker.Client;
using RideTracker.Protocol;
using RideTracker.Simulator;
using RideTracker.Simulator.Access;
using RideTracker.Simulator.Output;
using RideTracker.Simulator.Traces;
using RideTracker.Tests.Client;
using Spectre.Console;

namespace RideTracker.Tests.Simulator;

/// <summary>A replay sends every fix once, and its receipt adds up.</summary>
public sealed class ReplayerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_ReportsEveryFixOfEveryDriver_AndTheReceiptAddsUp()
    {
        await using var server = await ScriptedServer.StartAsync(map: app => app.MapPost("/v1/drivers/{id}/fixes", async (string id, HttpContext context) =>
        {
            var fixes = (await context.Request.ReadFromJsonAsync<JsonElement>()).GetArrayLength();
            // One driver's reports lose their first fix.
            var refused = id == "d1" ? """{"index":0,"reason":"jump"}""" : "";
            var accepted = refused.Length > 0 ? fixes - 1 : fixes;
            await context.Response.WriteAsync($$"""{"accepted":{{accepted}},"duplicates":0,"rejected":[{{refused}}],"now":1,"hub":"h"}""");
        }));
        var days = Enumerable.Range(1, 3).Select(d => new DriverDay(DriverId.Parse($"d{d}"), [.. Enumerable.Range(0, 50).Select(i => new TracePoint(i * 1000, 44, i / 1e4))])).ToList();
        await using var replayer = new Replayer(days, 1_000, day => Connect(server.Address, day.Driver), TimeProvider.System);
        await replayer.ConnectAsync(TimeSpan.FromSeconds(60), Cancel);
        await replayer.RunAsync(Cancel);
        await replayer.FlushAsync(TimeSpan.FromSeconds(60));
        var fixes = replayer.Counters.Fixes;
        Assert.Equal((150, 0, 0), (fixes.Reported, fixes.Buffered, replayer.NotSent));
        Assert.True(fixes.Rejected > 0);
        Assert.Equal(fixes.Reported, fixes.Accepted + fixes.Rejected);

        var path = Path.GetTempFileName();
        try
        {
            await new Receipt { RowsRead = 150, Drivers = 3, Seconds = 1, Fixes = fixes }.WriteJsonAsync(path);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(path, Cancel));
            Assert.Equal(fixes.Rejected, json.RootElement.GetProperty("rejectedByReason").GetProperty("jump").GetInt64());
            Assert.Equal(150, json.RootElement.GetProperty("rowsRead").GetInt64());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Replay_WithoutAServer_SaysThatItCantBeReached()
    {
        var day = new DriverDay(DriverId.Parse("d"), [new(0, 1, 1)]);
        await using var replayer = new Replayer(
            [day], 1, d => new DriverConnection(Options(new Uri("http://127.0.0.1:9"), d.Driver) with { Door = DriverDoor.WebSocket }), TimeProvider.System);
        var error = await Assert.ThrowsAsync<SimulatorException>(() => replayer.ConnectAsync(TimeSpan.FromMilliseconds(300), Cancel));
        Assert.Equal(ExitCodes.Unreachable, error.ExitCode);
    }

    [Fact]
    public void Receipt_PrintsEveryReason()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        var fixes = new DriverCounters { Reported = 1_234, Accepted = 1_230, Rejected = 4, RejectedByReason = new Dictionary<string, long> { ["jump"] = 3, ["too-old"] = 1 } };
        new Receipt { RowsRead = 1_236, BadRows = 2, Drivers = 1, Seconds = 2, Fixes = fixes }.Print(console);
        foreach (var expected in new[] { "1,236", "bad rows skipped", "jump", "too-old", "1,230" }) Assert.Contains(expected, text.ToString());
    }

    [Theory]
    [InlineData("c2hvcnQ=")]
    [InlineData("a text that is too short")]
    public void SigningKey_ThatIsTooShort_IsRefusedWithoutShowingIt(string key)
    {
        var error = Assert.Throws<SimulatorException>(() => SigningKey.Read(key));
        Assert.DoesNotContain(key, error.Message);
    }

    [Fact]
    public void SigningKey_IsBase64WhereItCanBe_ElseText()
    {
        var bytes = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        Assert.Equal(bytes, SigningKey.Read(Convert.ToBase64String(bytes) + "\n"));
        Assert.Equal(36, SigningKey.Read("a text of thirty-two letters or more").Length);
    }

    [Theory]
    [InlineData("90s", 90), InlineData("1.5h", 5400), InlineData("2d", 172_800)]
    public void Duration_IsReadAsPeopleWriteIt(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("90"), InlineData("s"), InlineData("-1s"), InlineData("0m"), InlineData("1y")]
    public void Duration_ThatMakesNoSense_IsNone(string text) => Assert.False(Duration.TryParse(text, out _));

    private static DriverConnection Connect(Uri server, DriverId driver) => new(Options(server, driver));

    private static DriverConnectionOptions Options(Uri server, DriverId driver) =>
        new() { Server = server, Driver = driver, Token = _ => new("t"), Door = DriverDoor.Http, FlushTimeout = TimeSpan.FromMilliseconds(1) };
}

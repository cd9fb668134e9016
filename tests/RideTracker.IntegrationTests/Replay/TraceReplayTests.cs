using System.Diagnostics;
using System.Text.Json;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Replay;

/// <summary>Recorded drives of real cars, with their real glitches, through a node into a real Redis; a checker of its own looks at every refusal.</summary>
public sealed class TraceReplayTests(Redis7Engine engine) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private const int ReportFixes = 250;

    public async ValueTask InitializeAsync() => await engine.BeginAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task RecordedDrives_AreTakenButForTheirGlitches()
    {
        var cars = TraceFile.Read();
        await using var node = await TrackingNode.StartAsync(engine.EndPoint, ("Hub:Partitions", 4));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        // Shifted so that each ends now, with its own spacing.
        var drives = cars.ToDictionary(car => car.Key, car => car.Value.ConvertAll(point => point with { TimeMs = point.TimeMs - car.Value[^1].TimeMs + now }));

        var receipts = new List<(string Car, Receipt Receipt)>();
        var number = 0;
        foreach (var batch in drives.Chunk(8))
            receipts.AddRange(await Task.WhenAll(batch.Select(async drive => (drive.Key, await (number++ % 2 == 0 ? OverHttpAsync(node, drive.Key, drive.Value) : OverSocketAsync(node, drive.Key, drive.Value))))));

        var fixes = drives.Sum(drive => drive.Value.Count);
        Assert.Equal(fixes, receipts.Sum(one => one.Receipt.Accepted + one.Receipt.Refused.Count));
        Assert.True(receipts.Sum(one => one.Receipt.Accepted) >= 0.99 * fixes, "less than 99 % were accepted");
        var history = await HubHistory.ReadAsync(engine.Database, 4);
        Assert.Equal(receipts.Sum(one => one.Receipt.Accepted), history.Fixes.Count);
        var taken = history.Fixes.ToLookup(fix => fix.Driver, fix => fix.FixTimeMs, StringComparer.Ordinal);
        using var map = JsonDocument.Parse((await PollRider.GetAsync(node, "/v1/vehicles/live?bbox=-124,36,-120,39", TestTokens.Dispatcher())).Body);
        var shown = map.RootElement.GetProperty("vehicles").EnumerateArray().ToDictionary(vehicle => vehicle.GetProperty("id").GetString()!, StringComparer.Ordinal);
        foreach (var (car, receipt) in receipts)
        {
            var drive = drives[car];
            var expected = JumpOracle.Refused(drive);
            Assert.Equal(expected.Order(), receipt.Refused.Select(one => one.Index).Order());
            Assert.All(receipt.Refused, one => Assert.Equal("jump", one.Reason));
            Assert.Equal(drive.Where((_, i) => !expected.Contains(i)).Select(point => point.TimeMs), taken[car].Order());
            var last = drive.Where((_, i) => !expected.Contains(i)).Last();
            Assert.Equal((last.Lat, last.Lng, last.TimeMs), (
                shown[car].GetProperty("lat").GetDouble(), shown[car].GetProperty("lng").GetDouble(), shown[car].GetProperty("time").GetInt64()));
        }

        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task Simulator_ReplaysTheSameWithAReceiptThatAddsUp()
    {
        var cars = TraceFile.Read();
        await using var node = await TrackingNode.StartAsync(engine.EndPoint);
        var folder = Directory.CreateTempSubdirectory("ridetracker-replay-");
        try
        {
            var json = Path.Combine(folder.FullName, "receipt.json");
            // A day in four seconds.
            var (code, output) = await SimulatorAsync("replay", TraceFile.Find(), "--speed", "20000", "--url", node.Url.ToString(), "--token-key", TestTokens.Key, "--json", json);
            Assert.True(code == 0, output);

            using var receipt = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
            long Count(string name) => receipt.RootElement.GetProperty(name).GetInt64();
            var rows = cars.Sum(car => car.Value.Count);
            Assert.Equal(rows, Count("rowsRead"));
            Assert.Equal(Count("rowsRead"), Count("badRows") + Count("skipped") + Count("leftOut") + Count("notSent") + Count("reported"));
            Assert.Equal(Count("reported") + Count("resettled"), Count("accepted") + Count("duplicates") + Count("rejected") + Count("dropped") + Count("notSettled"));
            Assert.Equal((0, 0, 0, 0), (Count("badRows"), Count("leftOut"), Count("notSent"), Count("notSettled")));
            Assert.True(Count("accepted") >= 0.99 * rows, $"{Count("accepted")} of {rows} were accepted");

            var taken = (await HubHistory.ReadAsync(engine.Database)).Fixes.ToLookup(fix => fix.Driver, fix => fix.FixTimeMs, StringComparer.Ordinal);
            foreach (var (car, drive) in cars)
            {
                var refused = JumpOracle.Refused(drive);
                var expected = drive.Where((_, i) => !refused.Contains(i)).Select(point => point.TimeMs).ToList();
                var times = taken[car].Order().ToList();
                Assert.Equal(expected.Select(time => time - expected[^1]), times.Select(time => time - times[^1]));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> SimulatorAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        // With the libraries that lie here: its own list of them leaves out what the tests' framework brings.
        string[] run =
        [
            "exec", "--runtimeconfig", "RideTracker.IntegrationTests.runtimeconfig.json", "--depsfile", "RideTracker.IntegrationTests.deps.json", "ridetracker-sim.dll",
        ];
        foreach (var argument in (string[])[.. run, .. arguments]) start.ArgumentList.Add(argument);
        start.WorkingDirectory = AppContext.BaseDirectory;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output + await errors);
    }

    private static async Task<Receipt> OverHttpAsync(TrackingNode node, string car, List<TracePoint> drive)
    {
        var driver = new TestDriver(car);
        var receipt = new Receipt();
        for (var from = 0; from < drive.Count; from += ReportFixes)
        {
            using var ack = await driver.TryReportAsync(node, [.. drive.Skip(from).Take(ReportFixes).Select(Wire)]);
            receipt.Accepted += ack.RootElement.GetProperty("accepted").GetInt32();
            Assert.Equal(0, ack.RootElement.GetProperty("duplicates").GetInt32());
            foreach (var one in ack.RootElement.GetProperty("rejected").EnumerateArray())
                receipt.Refused.Add((from + one.GetProperty("index").GetInt32(), one.GetProperty("reason").GetString()!));
        }

        return receipt;
    }

    private static async Task<Receipt> OverSocketAsync(TrackingNode node, string car, List<TracePoint> drive)
    {
        await using var phone = await DriverSocket.ConnectAsync(node, TestTokens.Driver(car));
        var reports = 0;
        foreach (var report in drive.Chunk(ReportFixes))
        {
            await phone.SendAsync([.. report.Select(Wire)]);
            reports++;
        }

        await phone.UntilSettledAsync(reports);
        Assert.Equal(0, phone.Duplicates);
        var receipt = new Receipt { Accepted = phone.Accepted };
        receipt.Refused.AddRange(phone.Rejected.Select(one => ((one.Report - 1) * ReportFixes + one.Index, one.Reason)));
        return receipt;
    }

    private static WireFix Wire(TracePoint point) => new(point.TimeMs, point.Lat, point.Lng);

    /// <summary>What the server said it did with one drive.</summary>
    private sealed class Receipt
    {
        public int Accepted { get; set; }

        public List<(int Index, string Reason)> Refused { get; } = [];
    }
}

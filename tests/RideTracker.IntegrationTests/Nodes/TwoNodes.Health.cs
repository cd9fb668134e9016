using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Nodes;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>How nodes tell one another, and dispatchers, how they fare.</summary>
public abstract partial class TwoNodes
{
    private static readonly (string, object)[] Talkative = [("Tracking:TellMs", 200)];

    [Fact]
    public async Task Nodes_AreListedByEach_WithWhatTheyDo()
    {
        var (a, b) = (await NodeAsync([("Tracking:Name", "north"), .. Talkative]), await NodeAsync([("Tracking:Name", "south side"), .. Talkative]));
        var (driver, start) = await DriverOnTripAsync(a);
        var rider = await RiderAsync(RiderStrategy.Sse, b);
        await rider.NextAsync();
        await driver.ReportAsync(a, TestDriver.FixAt(start + 1_000, 1));
        await rider.NextAsync();

        var step = 1;
        foreach (var asked in (TrackingNode[])[a, b])
        {
            await UntilAsync(async () =>
            {
                // The rates are of the last seconds, so there is always something to do.
                step++;
                await driver.ReportAsync(a, TestDriver.FixAt(start + step * 1_000, step));
                var nodes = await NodesSeenAsync(asked);
                return nodes.Length == 2 && nodes.All(node => node.GetProperty("status").GetString() == "ready")
                    && nodes.Single(node => node.GetProperty("id").GetString() == IdOf(a)).GetProperty("fixesPerSecond").GetDouble() > 0
                    && nodes.Single(node => node.GetProperty("id").GetString() == IdOf(b)) is var south && south.GetProperty("riders").GetProperty("sse").GetInt32() == 1
                    && south.GetProperty("deliveriesPerSecond").GetDouble() > 0;
            });
        }

        Assert.StartsWith("north-", IdOf(a), StringComparison.Ordinal);
        Assert.StartsWith("south-side-", IdOf(b), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeThatGoesAway_IsShownDrainingThenGone()
    {
        var a = await NodeAsync(Talkative);
        // It would tell again only in a minute: that it drains is told at once.
        var b = await NodeAsync(("Tracking:TellMs", 60_000));
        await UntilAsync(async () => (await NodesSeenAsync(a)).Length == 2);

        await b.Services.GetRequiredService<NodeDrain>().DrainAsync();
        await UntilAsync(async () => StatusOf(await NodesSeenAsync(a), b) == "draining");
        await b.StopAsync();

        await UntilAsync(async () => await NodesSeenAsync(a) is [var only] && only.GetProperty("id").GetString() == IdOf(a));
    }

    [Fact]
    public async Task NodeThatDies_IsLeftOut()
    {
        var (a, b) = await NodesAsync(Talkative);
        await UntilAsync(async () => (await NodesSeenAsync(a)).Length == 2);

        await b.KillAsync();

        await UntilAsync(async () => (await NodesSeenAsync(a)).Length == 1);
    }

    private static string IdOf(TrackingNode node) => node.Services.GetRequiredService<NodeGauges>().Id;

    private static string? StatusOf(JsonElement[] nodes, TrackingNode node) => nodes.Single(one => one.GetProperty("id").GetString() == IdOf(node)).GetProperty("status").GetString();

    private static async Task<JsonElement[]> NodesSeenAsync(TrackingNode asked)
    {
        var answer = await PollRider.GetAsync(asked, "/v1/nodes", TestTokens.Dispatcher());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. JsonDocument.Parse(answer.Body).RootElement.GetProperty("nodes").EnumerateArray()];
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>The HTTP twin, over a real Kestrel.</summary>
public sealed class FixesEndpointTests
{
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Post_AnswersWithTheAckOfExactlyThisCall()
    {
        await using var node = await IngestNode.StartAsync();
        var time = Now;

        var (status, ack) = await PostAsync(node, Fixes((time - 1000, 37.7), (time, 37.7), (time, 37.7), (time, 91)));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((2, 1), (ack.GetProperty("accepted").GetInt32(), ack.GetProperty("duplicates").GetInt32()));
        Assert.Equal("""[{"index":3,"reason":"out-of-range"}]""", ack.GetProperty("rejected").GetRawText());
        Assert.Equal(5_000, ack.GetProperty("advice").GetProperty("intervalMs").GetInt32());
        Assert.False(ack.TryGetProperty("reports", out _));
    }

    [Fact]
    public async Task FixesOfATimeOffDuty_AreRefusedByTheirPlaceInTheReport()
    {
        await using var node = await IngestNode.StartAsync();
        var time = Now - 100_000;
        node.Hub.OffDuty = (time, long.MaxValue);

        var (status, ack) = await PostAsync(node, Fixes((time + 2000, 37.7), (time - 1000, 37.7), (time, 91), (time + 1000, 37.7), (time + 1000, 37.7)));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((1, 1), (ack.GetProperty("accepted").GetInt32(), ack.GetProperty("duplicates").GetInt32()));
        Assert.Equal(
            """[{"index":0,"reason":"off-duty"},{"index":2,"reason":"out-of-range"},{"index":3,"reason":"off-duty"}]""", ack.GetProperty("rejected").GetRawText());
        Assert.Equal(15_000, ack.GetProperty("advice").GetProperty("intervalMs").GetInt32());
    }

    [Fact]
    public async Task Advice_OfAReportThatMovedNothing_IsLeftOut()
    {
        await using var node = await IngestNode.StartAsync();
        node.Hub.Trip = new SlotTrip(TripId.Parse("t1"), TripStatus.EnrouteToPickup, 3, "", 0, false);
        node.Hub.Demand = DriverDemand.Watched;
        Assert.Equal(1_000, (await PostAsync(node, Fixes((Now, 37.7)))).Body.GetProperty("advice").GetProperty("intervalMs").GetInt32());
        node.Hub.Demand = DriverDemand.Unknown;

        Assert.False((await PostAsync(node, Fixes((Now - 60_000, 37.7)))).Body.TryGetProperty("advice", out _));
    }

    [Fact]
    public async Task NewPlace_OverThreePosts_IsConfirmedByTheThird()
    {
        await using var node = await IngestNode.StartAsync();
        var time = Now - 100_000;
        await PostAsync(node, Fixes((time, 37.7)));

        var accepted = new List<int>();
        for (var i = 1; i <= 4; i++) accepted.Add((await PostAsync(node, Fixes((time + i * 1000, 38.7)))).Body.GetProperty("accepted").GetInt32());

        Assert.Equal([0, 0, 1, 1], accepted);
    }

    [Theory]
    [InlineData("", "Not JSON")]
    [InlineData("nope", "line 1, byte 2")]
    [InlineData("[\n{\"time\":1,}]", "line 2, byte 11")]
    [InlineData("[]", "fixes: is empty")]
    [InlineData("{\"fixes\":[{}]}", "must be an array")]
    [InlineData("[{}] []", "Not JSON")]
    [InlineData("[{\"\\ud800\":1}]", "")]
    public async Task MalformedBody_Is400AndNamesThePlace(string body, string detail)
    {
        await using var node = await IngestNode.StartAsync();

        var (status, problem) = await PostAsync(node, body);

        if (status == HttpStatusCode.OK) return;
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("/problems/malformed-body", problem.GetProperty("type").GetString());
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooLarge_Is413()
    {
        await using var node = await IngestNode.StartAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(node, new string(' ', 200_000))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(node, new string(' ', 200_000), chunked: true)).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(node, Fixes([.. Enumerable.Range(0, 501).Select(i => (Now - i, 37.7))]))).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(node, Fixes((Now, 37.7)).PadRight(128 * 1024), chunked: true)).Status);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/json; charset=latin1", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task OtherMediaTypes_Are415(string? type, string? encoding)
    {
        await using var node = await IngestNode.StartAsync();

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(node, Fixes((Now, 37.7)), type: type, encoding: encoding)).Status);
    }

    [Fact]
    public async Task AnotherDriversId_Is403()
    {
        await using var node = await IngestNode.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(node, Fixes((Now, 37.7)), token: node.Token("d2"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(node, Fixes((Now, 37.7)), token: node.Mint(Role.Service, "d1").Token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(node, Fixes((Now, 37.7)), token: "nonsense")).Status);
        Assert.Empty(node.Hub.Taken("d1"));
    }

    [Theory]
    [InlineData(HubOutcome.Unavailable, "/problems/hub-unavailable")]
    [InlineData(HubOutcome.Full, "/problems/hub-full")]
    public async Task HubInTrouble_Is503WithRetryAfterAndNothingSettled(HubOutcome trouble, string type)
    {
        await using var node = await IngestNode.StartAsync();
        node.Hub.Outcome = trouble;
        using var request = Request(node, Fixes((Now, 37.7)));

        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Contains(type, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AboveTheRate_Is429WithRetryAfter()
    {
        await using var node = await IngestNode.StartAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow()), [("Ingest:FixesPerSecond", "1"), ("Ingest:FixBurst", "2"), ("Ingest:MaxReportFixes", "2")]);
        await PostAsync(node, Fixes((Now, 37.7), (Now - 1, 37.7)));
        using var request = Request(node, Fixes((Now, 37.7), (Now - 1, 37.7)));

        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
    }

    [Fact]
    public async Task Draining_Is503()
    {
        await using var node = await IngestNode.StartAsync();
        await node.Services.GetRequiredService<IngestConnections>().DrainAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(node, Fixes((Now, 37.7)))).Status);
    }

    private static string Fixes(params (long Time, double Lat)[] fixes) =>
        $"[{string.Join(",", fixes.Select(fix => FormattableString.Invariant($$"""{"time":{{fix.Time}},"lat":{{fix.Lat}},"lng":-122.4}""")))}]";

    private static HttpRequestMessage Request(
        IngestNode node, string body, string? token = null, string? type = "application/json", string? encoding = null, bool chunked = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/drivers/d1/fixes") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (type is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Authorization = new("Bearer", token ?? node.Token());
        return request;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        IngestNode node, string body, string? token = null, string? type = "application/json", string? encoding = null, bool chunked = false)
    {
        using var request = Request(node, body, token, type, encoding, chunked);
        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Cases;

/// <summary>How clients tell what they show: by the WebSocket that they have, or by a request.</summary>
internal static class SeenCases
{
    public static async Task FreshnessIsTakenAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        await using var rider = await ride.RawAsync(strategy);
        await rider.NextAsync();
        if (rider is WebSocketRider socket)
        {
            // Not answered, in its range or not: what comes next is the pong.
            foreach (var frame in (string[])["""{"seen":840}""", """{"seen":-1}""", """{"seen":"old"}""", """{"ping":7}"""]) await socket.SendAsync(frame);
            while (await socket.NextTextAsync() is var text && text != """{"pong":7}""") Assert.True(text?.Contains("\"cursor\"", StringComparison.Ordinal) == true || text == """{"alive":true}""", $"told how old its picture is, the server said {text ?? "nothing more"}");
        }
        else
        {
            var answer = await TellAsync(ride, ride.Token, $$"""{"seen":840,"strategy":"{{strategy.ToWire()}}"}""");
            Assert.Equal(HttpStatusCode.NoContent, answer.Status);
            Assert.Equal(HttpStatusCode.NoContent, (await TellAsync(ride, ride.DispatcherToken, $$"""{"seen":0,"strategy":"{{strategy.ToWire()}}"}""")).Status);
        }

        await RefusesAsync(ride, """{"seen":3600001,"strategy":"poll"}""", "seen");
        await RefusesAsync(ride, """{"seen":840,"strategy":"pigeon"}""", "strategy");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TellAsync(ride, null, """{"seen":840,"strategy":"poll"}""")).Status);
        var time = (await ride.ReportAsync())[0];
        await rider.UntilAsync(view => view.Time == time);
    }

    private static async Task RefusesAsync(Ride ride, string json, string member)
    {
        var (status, body) = await TellAsync(ride, ride.Token, json);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        using var problem = JsonDocument.Parse(body);
        Assert.Contains(member, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> TellAsync(Ride ride, string? token, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/seen") { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await ride.Node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

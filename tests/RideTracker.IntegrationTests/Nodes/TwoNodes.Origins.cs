using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Pages of other sites: what they may read is a setting, the same for requests and WebSockets.</summary>
public abstract partial class TwoNodes
{
    private const string Partner = "https://partner.example.com";

    [Fact]
    public async Task PageOfANamedSite_MayDoAllThatARiderDoes()
    {
        var node = await NodeAsync(("Delivery:CorsOrigins:0", $"https://other.example.com,{Partner}"));
        await DriverOnTripAsync(node);
        foreach (var path in (string[])[$"/v1/trips/{Trip}/live", $"/v1/trips/{Trip}/route", "/v1/vehicles/live?near=37.77,-122.42", "/v1/capabilities", "/v1/seen"])
        {
            var method = path == "/v1/seen" ? HttpMethod.Post : HttpMethod.Get;
            var asked = await AskAsync(node, HttpMethod.Options, path, request =>
            {
                request.Headers.Add("Access-Control-Request-Method", method.Method);
                request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,if-none-match,prefer,last-event-id");
            });
            Assert.Equal((HttpStatusCode.NoContent, Partner), (asked.Status, asked.Allowed));
            foreach (var token in (string?[])[TestTokens.Rider(Trip), null])
            {
                var told = await AskAsync(node, method, path, request =>
                {
                    if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                    if (method == HttpMethod.Post) request.Content = new StringContent("""{"seen":1,"strategy":"sse"}""", new MediaTypeHeaderValue("application/json"));
                });
                // Also what it is refused, so that it learns why.
                Assert.Equal(Partner, told.Allowed);
                foreach (var header in (string[])["ETag", "Retry-After", "Preference-Applied"]) Assert.Contains(header, told.Exposed, StringComparison.OrdinalIgnoreCase);
            }
        }

        Assert.Null((await AskAsync(node, HttpMethod.Get, "/v1/capabilities", request =>
        {
            request.Headers.Remove("Origin");
            request.Headers.Add("Origin", "https://evil.example");
        })).Allowed);
    }

    [Fact]
    public async Task WebSocketOfAPage_IsForItsOwnHostAndTheNamedSites()
    {
        var node = await NodeAsync(("Delivery:CorsOrigins:0", Partner));
        await DriverOnTripAsync(node);
        foreach (var origin in (string?[])[null, Partner, $"http://{node.Url.Host}:5173"])
        {
            using var socket = await ConnectAsync(origin);
            Assert.Equal(WebSocketState.Open, socket.State);
        }

        var refused = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync("https://evil.example", refused));
        Assert.Equal(HttpStatusCode.Forbidden, refused.HttpStatusCode);

        async Task<ClientWebSocket> ConnectAsync(string? origin, ClientWebSocket? socket = null)
        {
            socket ??= new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
            await socket.ConnectAsync(new UriBuilder(new Uri(node.Url, $"/v1/trips/{Trip}/live")) { Scheme = "ws", Query = $"access_token={TestTokens.Rider(Trip)}" }.Uri, TestContext.Current.CancellationToken);
            return socket;
        }
    }

    private static async Task<(HttpStatusCode Status, string? Allowed, string Exposed)> AskAsync(TrackingNode node, HttpMethod method, string path, Action<HttpRequestMessage> prepare)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", Partner);
        prepare(request);
        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, Of("Access-Control-Allow-Origin"), Of("Access-Control-Expose-Headers") ?? "");

        string? Of(string header) => answer.Headers.TryGetValues(header, out var values) ? string.Join(", ", values) : null;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using RideTracker.Protocol;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A phone that reports over the HTTP twin, by the words of protocol.md section 2.</summary>
internal sealed class TestDriver(string id, string? token = null)
{
    public DriverId Id { get; } = DriverId.Parse(id);

    public string Token { get; } = token ?? TestTokens.Driver(id);

    /// <summary>A fix now, at a place of its own on a line through the town.</summary>
    public static WireFix FixAt(long timeMs, double step = 0) => new(timeMs, Math.Round(37.77 + step * 0.0001, 7), -122.42, 5, 8.4, 187);

    /// <summary>Reports, and checks that all was accepted.</summary>
    public async Task ReportAsync(ITestServer node, params WireFix[] fixes)
    {
        using var ack = await TryReportAsync(node, fixes);
        Assert.Equal(fixes.Length, ack.RootElement.GetProperty("accepted").GetInt32());
    }

    /// <summary>The request that reports.</summary>
    public HttpRequestMessage Request(WireFix[] fixes)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/drivers/{Id}/fixes") { Content = JsonContent.Create(fixes, options: JsonSerializerOptions.Web) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return request;
    }

    /// <summary>Reports, and returns the Ack.</summary>
    public async Task<JsonDocument> TryReportAsync(ITestServer node, params WireFix[] fixes)
    {
        using var request = Request(fixes);
        using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {body}");
        return JsonDocument.Parse(body);
    }
}

/// <summary>DriverFix as it stands on the wire.</summary>
internal sealed record WireFix(long Time, double Lat, double Lng, double? Accuracy = null, double? Speed = null, double? Heading = null);

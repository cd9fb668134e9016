using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Short and long polling: a GET with the last cursor as ETag, again and again.</summary>
internal sealed class PollRider(ITestServer node, string path, string token, string? cursor, bool waits) : Rider
{
    private const int WaitSeconds = 10;

    private string? _cursor = cursor;

    /// <summary>One GET.</summary>
    public static async Task<PollAnswer> GetAsync(ITestServer node, string path, string? token, string? ifNoneMatch = null, int? waitSeconds = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        if (waitSeconds is { } seconds) request.Headers.TryAddWithoutValidation("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={seconds}"));
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new PollAnswer(
            response.StatusCode, response.Headers.ETag?.ToString(), body,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public override async Task<string?> NextJsonAsync()
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var answer = await GetAsync(node, path, token, _cursor is null ? null : $"\"{_cursor}\"", waits ? WaitSeconds : null);
            switch (answer.Status)
            {
                case HttpStatusCode.OK:
                    _cursor = answer.ETag!.Trim('"');
                    return answer.Body;
                case HttpStatusCode.Gone:
                    EndReason = "gone";
                    return null;
                case HttpStatusCode.Unauthorized:
                    EndReason = "unauthorized";
                    return null;
                case HttpStatusCode.NotModified:
                    Assert.True(TimeProvider.System.GetUtcNow() < deadline, "no new state came");
                    // The pace of a short poller; nothing waits for this.
                    if (!waits) await Task.Delay(25, TestContext.Current.CancellationToken);
                    continue;
                default:
                    Assert.Fail($"{answer.Status}: {answer.Body}");
                    break;
            }
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What a GET was answered.</summary>
internal sealed record PollAnswer(HttpStatusCode Status, string? ETag, string Body, IReadOnlyDictionary<string, string> Headers);

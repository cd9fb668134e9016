using System.Net.Http.Headers;
using System.Text.Json;

namespace RideTracker.Client.Watching;

/// <summary>A rider's GETs, and what answers other than 200 and 304 mean.</summary>
internal static class RiderHttp
{
    private const int LargestProblemBytes = 64 * 1024;

    /// <summary>One for all connections; each request brings its own patience.</summary>
    public static HttpClient Client { get; } = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Begins a GET of the resource with the token; <paramref name="prepare"/> chooses the strategy by its headers.</summary>
    public static async Task<HttpResponseMessage> GetAsync(IRiderLink link, Action<HttpRequestHeaders> prepare, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link.Resource());
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await link.TokenAsync(cancellationToken).ConfigureAwait(false));
        prepare(request.Headers);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The outcome of an answer that is neither 200 nor 304.</summary>
    public static async Task<Outcome> RefusalAsync(IRiderLink link, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        JsonElement? problem = null;
        try
        {
            if (response.Content.Headers.ContentLength is null or <= LargestProblemBytes)
                problem = await JsonSerializer.DeserializeAsync(
                    await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), RiderJson.Default.JsonElement, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // A proxy's page: the status says enough.
            problem = null;
        }

        return Outcome.OfStatus(response.StatusCode, RetryAfter(link, response), problem);
    }

    /// <summary><c>Retry-After</c> from now, in seconds or as a date; null where there is none.</summary>
    public static TimeSpan? RetryAfter(IRiderLink link, HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - link.Time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Asks once, plainly, why a stream could not be had.</summary>
    public static async Task<Outcome> ProbeAsync(IRiderLink link, string why, CancellationToken cancellationToken)
    {
        using var response = await GetAsync(link, headers => headers.TryAddWithoutValidation("Accept", "application/json"), cancellationToken).ConfigureAwait(false);
        return (int)response.StatusCode is 200 or 304 ? Outcome.Unreachable(why) : await RefusalAsync(link, response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the network, the server or the connection's own deadline may have caused this; anything else is the caller's.</summary>
    public static bool IsTrouble(Exception e, CancellationToken owner) =>
        e is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException or JsonException or InvalidDataException or FormatException
        || (e is OperationCanceledException && !owner.IsCancellationRequested);
}

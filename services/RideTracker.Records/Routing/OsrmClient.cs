using System.Globalization;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Asks an OSRM server for a way, within a time and a size.</summary>
/// <remarks>
/// One <see cref="HttpClient"/> for good, whose connections are renewed so that a moved name is followed; not from IHttpClientFactory, whose log
/// would write each request's URL, and with it where people are.
/// </remarks>
public sealed class OsrmClient : IDisposable
{
    private const int MostBytes = 4_194_304;

    // Up to this far the line is asked in full: a few hundred points. A longer one simplified, since nodes walk along it at each fix.
    private const double FullLineMeters = 20_000;

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <param name="options">With an address to ask.</param>
    /// <param name="time">For the time-out.</param>
    public OsrmClient(IOptions<RoutingOptions> options, TimeProvider time)
    {
        _time = time;
        _timeout = TimeSpan.FromMilliseconds(options.Value.TimeoutMs);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = RoutingOptions.OsrmAddress(options.Value.Osrm) ?? throw new ArgumentException("Routing:Osrm names no address.", nameof(options)),
            MaxResponseContentBufferSize = MostBytes,
            // By the token below, which counts from the first byte that is sent to the last that comes.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks once.</summary>
    /// <returns>How it went, and the way if it is <see cref="OsrmOutcome.Ok"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<(OsrmOutcome Outcome, PlannedWay? Way)> AskAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await _http.GetAsync(Query(from, to), either.Token);
            // Its errors are 400 with a code. Whatever else there is comes from something before it.
            if (!response.IsSuccessStatusCode && response.StatusCode != System.Net.HttpStatusCode.BadRequest) return (OsrmOutcome.Refused, null);
            return OsrmAnswer.Read(await response.Content.ReadAsByteArrayAsync(either.Token), from, to);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (OsrmOutcome.Timeout, null);
        }
        catch (HttpRequestException failure)
        {
            return (failure.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded ? OsrmOutcome.TooLarge : OsrmOutcome.Unreachable, null);
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Query(GeoPoint from, GeoPoint to)
    {
        var overview = from.MetersTo(to) <= FullLineMeters ? "full" : "simplified";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"route/v1/driving/{from.Lng:F6},{from.Lat:F6};{to.Lng:F6},{to.Lat:F6}?overview={overview}&geometries=geojson&steps=false&alternatives=false&generate_hints=false");
    }
}

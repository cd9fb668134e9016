using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RideTracker.Client.Doors;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Client.Records;

/// <summary>Makes drivers, trips and tokens by Records' API (docs/protocol.md, section 4). Nothing is repeated here: give a command that may be repeated its key.</summary>
/// <param name="http">Its base address is the server's.</param>
/// <param name="token">A token of role service or dispatcher, asked for with each request.</param>
/// <remarks>
/// Every method throws <see cref="RecordsRefusedException"/> for an answer of 400 to 499, and <see cref="HttpRequestException"/> where the server can't be reached or is in trouble.
/// </remarks>
public sealed class RecordsClient(HttpClient http, Func<CancellationToken, ValueTask<string>> token)
{
    /// <summary>A rider asks for a trip.</summary>
    /// <param name="rider">Who; opaque.</param>
    /// <param name="key">The same key again is answered with the same trip.</param>
    public Task<RecordedTrip> CreateTripAsync(string rider, Stop pickup, Stop dropoff, string key, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "v1/trips", Body(new NewTrip(rider, pickup, dropoff), RecordsJson.Default.NewTrip), key, RecordsJson.Default.RecordedTrip, cancellationToken);

    /// <summary>Gives a trip to a driver: it is active, or queued where the driver has one already.</summary>
    public Task<RecordedTrip> AssignAsync(TripId trip, DriverId driver, string key, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, Of(trip, "/assign"), Body(new Assignment(driver.Value), RecordsJson.Default.Assignment), key, RecordsJson.Default.RecordedTrip, cancellationToken);

    /// <summary>The rider is in the car.</summary>
    public Task<RecordedTrip> StartAsync(TripId trip, string key, CancellationToken cancellationToken) => CommandAsync(trip, "/start", key, cancellationToken);

    /// <summary>The rider is out.</summary>
    public Task<RecordedTrip> CompleteAsync(TripId trip, string key, CancellationToken cancellationToken) => CommandAsync(trip, "/complete", key, cancellationToken);

    /// <summary>The trip is given up.</summary>
    public Task<RecordedTrip> CancelAsync(TripId trip, string key, CancellationToken cancellationToken) => CommandAsync(trip, "/cancel", key, cancellationToken);

    /// <summary>The trips of a driver, the newest first as far as one page goes.</summary>
    public async Task<IReadOnlyList<RecordedTrip>> ListTripsAsync(DriverId driver, CancellationToken cancellationToken)
    {
        var page = await AskAsync(
            HttpMethod.Get, $"v1/trips?driver={Uri.EscapeDataString(driver.Value)}", content: null, key: null, RecordsJson.Default.TripPage, cancellationToken).ConfigureAwait(false);
        return page.Items;
    }

    /// <summary>Tells the planned way to the trip's next stop, in place of the one that Records would plan.</summary>
    /// <param name="line">Two points at least.</param>
    /// <param name="seconds">How long the drive takes from end to end.</param>
    public Task SetRouteAsync(TripId trip, IEnumerable<(double Lng, double Lat)> line, double seconds, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, Of(trip, "/route"), Body(new PlannedLine([.. line.Select(point => (double[])[point.Lng, point.Lat])], seconds), RecordsJson.Default.PlannedLine), cancellationToken);

    /// <summary>Writes what riders see of a driver.</summary>
    public Task PutDriverAsync(DriverId driver, DriverCard card, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"v1/drivers/{Uri.EscapeDataString(driver.Value)}", Body(card, RecordsJson.Default.DriverCard), cancellationToken);

    /// <summary>Issues a token.</summary>
    /// <param name="role">driver, rider, dispatcher or service.</param>
    /// <param name="subject">Who; for a driver its id.</param>
    /// <param name="trip">For a rider: the one trip that it may see.</param>
    /// <param name="lifetime">Whole seconds.</param>
    public Task<IssuedToken> IssueTokenAsync(string role, string subject, TripId? trip, TimeSpan lifetime, CancellationToken cancellationToken) =>
        AskAsync(
            HttpMethod.Post, "v1/tokens", Body(new TokenWish(role, subject, trip?.Value, (long)lifetime.TotalSeconds), RecordsJson.Default.TokenWish), key: null,
            RecordsJson.Default.IssuedToken, cancellationToken);

    /// <summary>Ends a token before its time, on every node within a second.</summary>
    public Task RevokeTokenAsync(string jti, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"v1/tokens/{Uri.EscapeDataString(jti)}", content: null, cancellationToken);

    private Task<RecordedTrip> CommandAsync(TripId trip, string command, string key, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, Of(trip, command), content: null, key, RecordsJson.Default.RecordedTrip, cancellationToken);

    private static string Of(TripId trip, string command) => $"v1/trips/{Uri.EscapeDataString(trip.Value)}{command}";

    private static JsonContent Body<T>(T value, JsonTypeInfo<T> type) => JsonContent.Create(value, type);

    private async Task SendAsync(HttpMethod method, string address, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, address, content, key: null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> AskAsync<T>(HttpMethod method, string address, HttpContent? content, string? key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, address, content, key, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
            ?? throw new HttpRequestException($"{method} {address}: the answer has no body.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? content, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancellationToken).ConfigureAwait(false));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            var problem = await ProblemAsync(response, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is >= 400 and < 500) throw new RecordsRefusedException(response.StatusCode, problem?.Type ?? "", problem?.ToString() ?? "no reason given");
            throw new HttpRequestException($"{method} {address}: {(int)response.StatusCode} {problem}", inner: null, response.StatusCode);
        }
    }

    private static async Task<ProblemNotice?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(RecordsJson.Default.ProblemNotice, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

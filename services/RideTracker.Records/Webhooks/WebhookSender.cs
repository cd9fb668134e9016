using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using RideTracker.Records.Events;

namespace RideTracker.Records.Webhooks;

/// <summary>Sends one event to one webhook, once.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const int MaxError = 300;

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    public WebhookSender(IOptions<WebhooksOptions> options, TimeProvider time)
    {
        _time = time;
        _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
        var allowPrivate = options.Value.AllowPrivate;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would lead past what was checked.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = (context, cancellationToken) => AddressGuard.ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            // Of the answer only the status is of interest.
            MaxResponseDrainSize = 4_096,
            MaxResponseHeadersLength = 16,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Signs a body: <c>hex(HMAC-SHA256(secret, timestamp + "." + body))</c>.</summary>
    /// <param name="secret">The webhook's.</param>
    /// <param name="timestamp">Unix seconds.</param>
    /// <param name="body">UTF-8.</param>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text));
    }

    /// <summary>Sends it.</summary>
    /// <returns>The answer's status, and what went wrong; the latter is null if the receiver took it.</returns>
    public async Task<(int? Status, string? Error)> SendAsync(WebhookRow hook, DeliveryRow delivery, EventRow e, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(EventView.Json(e));
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "RideTracker");
        request.Headers.TryAddWithoutValidation("RideTracker-Event", e.Kind);
        request.Headers.TryAddWithoutValidation("RideTracker-Delivery", delivery.Id.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("RideTracker-Timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("RideTracker-Signature", "v1=" + Sign(hook.Secret, timestamp, body));
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            var status = (int)answer.StatusCode;
            return answer.IsSuccessStatusCode ? (status, null) : (status, string.Create(CultureInfo.InvariantCulture, $"the receiver answered {status}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds} s"));
        }
        catch (HttpRequestException failure)
        {
            var words = failure.InnerException is AddressRefusedException refused ? refused.Message : failure.Message;
            return (null, words.Length <= MaxError ? words : words[..MaxError]);
        }
    }

    public void Dispose() => _http.Dispose();
}

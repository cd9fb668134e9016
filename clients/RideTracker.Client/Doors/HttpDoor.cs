using RideTracker.Client.Buffering;
using RideTracker.Protocol;

namespace RideTracker.Client.Doors;

/// <summary>The HTTP twin as a door: each report is one POST, several may be under way.</summary>
internal sealed class HttpDoor(Uri server, DriverId driver) : IDriverDoor
{
    private static readonly HttpMessageHandler Handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };

    private readonly HttpClient _http = new(Handler, disposeHandler: false) { BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + "/") };
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _posts = [];
    private string _token = "";
    private IDoorListener? _listener;

    public async Task OpenAsync(string token, IDoorListener listener, CancellationToken cancellationToken)
    {
        _token = token;
        _listener = listener;
        // Any answer shows that somebody is there; without this an unreachable server would look like a connection lost with each report.
        using var answer = await _http.GetAsync("v1/capabilities", HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask SendAsync(FixReport report, CancellationToken cancellationToken)
    {
        var post = PostAsync(report);
        lock (_posts)
        {
            _posts.RemoveWhere(p => p.IsCompleted);
            _posts.Add(post);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task[] posts;
        lock (_posts) posts = [.. _posts];
        await Task.WhenAll(posts).ConfigureAwait(false);
        _http.Dispose();
        _closing.Dispose();
    }

    private async Task PostAsync(FixReport report)
    {
        try
        {
            var answer = await new FixesClient(_http).PostAsync(driver, _token, report.ToFixes(), _closing.Token).ConfigureAwait(false);
            if (answer.Ack is { } ack) _listener!.Settled([report], ack);
            else _listener!.Failed(report, answer.RetryAfter, "The server is busy.");
        }
        catch (Exception e) when (e is DriverRefusedException or HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException)
        {
            _listener!.Closed(e);
        }
    }
}

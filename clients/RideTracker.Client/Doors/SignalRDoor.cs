using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client.Buffering;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Doors;

/// <summary>The SignalR door: each report is one invocation, whose result is the Ack for exactly it.</summary>
internal sealed class SignalRDoor(Uri server, bool messagePack) : IDriverDoor
{
    private readonly HashSet<Task> _calls = [];
    private readonly CancellationTokenSource _closing = new();
    private HubConnection? _connection;
    private IDoorListener? _listener;

    public async Task OpenAsync(string token, IDoorListener listener, CancellationToken cancellationToken)
    {
        _listener = listener;
        var builder = new HubConnectionBuilder().WithUrl(new Uri(server.AbsoluteUri.TrimEnd('/') + "/v1/driver"), HttpTransportType.WebSockets, options =>
        {
            options.SkipNegotiation = true;
            // SignalR hides the status of a failed upgrade; our own socket tells it.
            options.WebSocketFactory = async (context, cancel) => await DoorSocket.OpenAsync(ToWebSocket(context.Uri), token, null, cancel).ConfigureAwait(false);
        });
        if (messagePack) builder.AddMessagePackProtocol(options => options.SerializerOptions = DriverMessagePack.Options);
        _connection = builder.Build();
        _connection.On<Advice>("Advise", listener.Advised);
        _connection.On<JsonElement>("Trip", trip => listener.TripChanged(trip.ValueKind == JsonValueKind.Null ? null : trip));
        _connection.On<JsonElement>("Drain", drain => listener.Draining(Delay(drain)));
        _connection.Closed += e =>
        {
            listener.Closed(e);
            return Task.CompletedTask;
        };
        await _connection.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask SendAsync(FixReport report, CancellationToken cancellationToken)
    {
        var call = ReportAsync(report);
        lock (_calls)
        {
            _calls.RemoveWhere(c => c.IsCompleted);
            _calls.Add(call);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        Task[] calls;
        lock (_calls) calls = [.. _calls];
        await Task.WhenAll(calls).ConfigureAwait(false);
        _closing.Dispose();
    }

    private static Uri ToWebSocket(Uri address) => address.Scheme is "ws" or "wss" ? address : DoorSocket.Address(address, "", address.Query.TrimStart('?'));

    // {"reconnectAfterMs":n}, or the bare number.
    private static TimeSpan Delay(JsonElement drain)
    {
        var number = drain.ValueKind == JsonValueKind.Object && drain.TryGetProperty("reconnectAfterMs", out var member) ? member : drain;
        return TimeSpan.FromMilliseconds(number.ValueKind == JsonValueKind.Number ? Math.Clamp(number.GetDouble(), 0, 3_600_000) : 0);
    }

    private async Task ReportAsync(FixReport report)
    {
        try
        {
            var ack = await _connection!.InvokeAsync<Ack>("Report", report.ToFixes(), _closing.Token).ConfigureAwait(false);
            _listener!.Settled([report], ack);
        }
        catch (HubException e)
        {
            _listener!.Failed(report, null, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever else fails a call (the socket, the answer's form) leaves its fate unknown: the connection is of no more use.
            _listener!.Closed(e);
        }
    }
}

using Microsoft.AspNetCore.SignalR;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>One phone on the SignalR door: lives as long as its connection, while <see cref="DriverHub"/> objects come and go with each call.</summary>
internal sealed partial class HubDriver : IDriverConnection, IAsyncDisposable
{
    // After the last call ended its answer is still on the way out.
    private static readonly TimeSpan LastAnswer = TimeSpan.FromMilliseconds(500);

    private readonly HubCallerContext _context;
    private readonly Caller _caller;
    private readonly IDriverClient _client;
    private readonly IngestOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HubDriver> _log;
    private readonly DriverLine _line;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _gone = new();
    private bool _pushing;
    private TimeSpan? _drain;
    private bool _drained;
    private int _calls;

    public HubDriver(
        HubCallerContext context, Caller caller, IDriverClient client, DriverTrack track, IngestHub hub, Advisor advisor, IngestOptions options, TimeProvider time,
        ILogger<HubDriver> log)
    {
        _context = context;
        _caller = caller;
        _client = client;
        _options = options;
        _time = time;
        _log = log;
        Track = track;
        _line = new DriverLine(track, hub, advisor, time, Push);
    }

    public string Jti => _caller.Jti;

    public DriverTrack Track { get; }

    /// <summary>Whether the phone was told to go: it is to send nothing more here.</summary>
    public bool IsDraining
    {
        get { lock (_gate) return _drain is not null || _drained; }
    }

    /// <summary>Listens for the driver's trip; tries until the hub can be reached.</summary>
    public async Task OpenAsync()
    {
        var retry = new Retry(_options);
        try
        {
            while (true)
            {
                try
                {
                    await _line.OpenAsync(_gone.Token);
                    Push();
                    return;
                }
                catch (HubUnavailableException)
                {
                    await Task.Delay(retry.Next(), _time, _gone.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogGone(_caller.Subject);
        }
    }

    /// <summary>Learns from the hub's answer; what follows from it is pushed, so the Ack needs no advice.</summary>
    public Advice? Learn(HubVerdict verdict)
    {
        _line.Learn(in verdict);
        return null;
    }

    public void CallBegins() => Interlocked.Increment(ref _calls);

    public void CallEnds()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && IsDraining) _ = EndAsync();
    }

    public void Drain(TimeSpan reconnectAfter)
    {
        lock (_gate) _drain = reconnectAfter;
        Push();
    }

    public void Revoke() => _context.Abort();

    public void Abort() => _context.Abort();

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _line.Dispose();
    }

    // One push at a time; what changes meanwhile replaces what was to come.
    private void Push()
    {
        lock (_gate)
        {
            if (_pushing) return;
            _pushing = true;
        }

        _ = PushAsync();
    }

    private async Task PushAsync()
    {
        try
        {
            while (true)
            {
                TimeSpan? drain = null;
                ReadOnlyMemory<byte> trip = default;
                Advice? advice = null;
                lock (_gate)
                {
                    if (_drain is { } asked && !_drained)
                    {
                        drain = asked;
                        _drained = true;
                    }
                    else if (!_line.TryTakeTrip(out trip))
                    {
                        if (!_line.TryTakeAdvice(out advice!))
                        {
                            _pushing = false;
                            return;
                        }
                    }
                }

                if (drain is { } delay)
                {
                    await _client.Drain(new DrainNotice((long)delay.TotalMilliseconds));
                    if (Volatile.Read(ref _calls) == 0) _ = EndAsync();
                }
                else if (trip.Length > 0) await _client.Trip(new WireJson(trip));
                else await _client.Advise(advice!);
            }
        }
        catch (Exception failure)
        {
            // A push that fails leaves the phone with old news: it is better off with a new connection.
            LogPushFailed(_caller.Subject, failure.Message);
            _context.Abort();
        }
    }

    private async Task EndAsync()
    {
        await Task.Delay(LastAnswer, _time);
        if (Volatile.Read(ref _calls) == 0) _context.Abort();
    }
}

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RideTracker.Client.Buffering;
using RideTracker.Client.Doors;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client;

/// <summary>Brings one driver's fixes to the server, whatever the network does: keeps each until the server has settled it.</summary>
/// <remarks>
/// <para>
/// <code>
/// await using var connection = new DriverConnection(new() { Server = url, Driver = id, Token = GetTokenAsync });
/// connection.Start();
/// connection.Report(new DriverFix(timeMs, lat, lng) { AccuracyMeters = 5 });    // never blocks, never throws
/// </code>
/// It reconnects by itself. Ask <see cref="Advice"/> (or hear <see cref="AdviceChanged"/>) how often to take a fix, <see cref="Counters"/> what became of them,
/// and <see cref="Completion"/> whether the server refused the token for good. <see cref="FlushAsync"/> waits until nothing is left; <see cref="DisposeAsync"/> does so for a bounded time.
/// </para>
/// <para>Thread-safe. Costs no thread: all waiting is asynchronous. Events come on pool threads, and a handler should not block.</para>
/// </remarks>
public sealed partial class DriverConnection : IAsyncDisposable, IDriverSessionOwner
{
    // A factory that mints tokens gives a new one each time, also with a wrong key: so a new token gets one more try, not endless ones.
    private const int MostRefusals = 2;
    private static readonly TimeSpan ClosingBackoff = TimeSpan.FromMilliseconds(250);

    private readonly DriverConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FixBuffer _buffer;
    private readonly SettlementLedger _ledger = new();
    private readonly AsyncSignal _wake = new();
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TaskCompletionSource> _flushes = [];
    private Task _running = Task.CompletedTask;
    private string? _hub;
    private long _connects;
    private int _started;
    private int _disposed;
    private volatile int _refusals;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public DriverConnection(DriverConnectionOptions options, TimeProvider? time = null, ILogger<DriverConnection>? logger = null)
    {
        options.Validate();
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<DriverConnection>.Instance;
        _buffer = new(options.BufferFixes, options.ResendWindow, _time);
        _backoff = new(options.FirstBackoff, options.LongestBackoff, Random.Shared.NextDouble);
    }

    /// <summary>Raised when the server advises how often to report.</summary>
    public event Action<Advice>? AdviceChanged;

    /// <summary>Raised with the assignment as the server tells it, or null at its end.</summary>
    public event Action<JsonElement?>? TripChanged;

    public event Action<DriverConnectionState>? StateChanged;

    /// <summary>The server's last advice; null before the first.</summary>
    public Advice? Advice { get; private set; }

    public DriverConnectionState State { get; private set; }

    /// <summary>What went wrong last; null while all is well.</summary>
    public string? LastError { get; private set; }

    /// <summary>Ends when the connection was disposed of; fails with <see cref="DriverRefusedException"/> when the server refused the token for good.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Fixes that are not settled yet; cheaper to ask than <see cref="Counters"/>.</summary>
    public long Buffered => _buffer.Buffered;

    public DriverCounters Counters => _ledger.Snapshot(_buffer, Math.Max(0, Interlocked.Read(ref _connects) - 1));

    /// <summary>Begins to connect. Fixes may be reported before.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Interlocked.Exchange(ref _started, 1) == 0) _running = RunAsync(_stopping.Token);
    }

    /// <summary>Takes a fix over. It is sent as soon as may be, and kept until it is settled. Never blocks.</summary>
    public void Report(in DriverFix fix)
    {
        _buffer.Add(in fix);
        _wake.Set();
    }

    /// <summary>Waits until every fix is settled (or dropped).</summary>
    /// <exception cref="DriverRefusedException">It never will be: the server refused the token.</exception>
    /// <exception cref="OperationCanceledException">The caller's patience ended.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var flush = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_flushes)
        {
            if (_buffer.IsEmpty) return;
            _flushes.Add(flush);
        }

        try
        {
            var first = await Task.WhenAny(flush.Task, _completion.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            await first.ConfigureAwait(false);
        }
        finally
        {
            lock (_flushes) _flushes.Remove(flush);
        }
    }

    /// <summary>Waits a bounded time for what is not settled (<see cref="DriverConnectionOptions.FlushTimeout"/>), then closes. What is left shows in <see cref="Counters"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _closing.TrySetResult();
        try
        {
            using var patience = new CancellationTokenSource(_options.FlushTimeout, _time);
            if (_started != 0) await FlushAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or DriverRefusedException)
        {
            LogLeftBehind(_options.Driver.Value, _buffer.Buffered);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (State != DriverConnectionState.Refused) SetState(DriverConnectionState.Closed);
        _completion.TrySetResult();
        _stopping.Dispose();
    }

    void IDriverSessionOwner.Sent(int fixes) => _ledger.AddSent(fixes);

    void IDriverSessionOwner.Settled(IReadOnlyList<FixReport> reports, Ack ack)
    {
        // A server that sends no list of rejections means an empty one.
        if (ack.Rejected is null) ack = ack with { Rejected = [] };
        var (settled, again) = (0, 0);
        foreach (var report in reports)
        {
            var rejected = ack.Rejected.Where(r => r.Report is null || r.Report == report.Number).Select(r => r.Index).ToHashSet();
            if (_buffer.Settle(report, rejected) is not { } before) continue;
            settled += report.Fixes.Length;
            again += before;
        }

        _ledger.Add(ack, settled, again);
        LastError = null;
        // The token was good, so the next refusal is the first one again.
        _refusals = 0;
        if (ack.Advice is { } advice) ((IDriverSessionOwner)this).Advised(advice);
        if (!string.IsNullOrEmpty(ack.Hub))
        {
            if (_hub is not null && _hub != ack.Hub)
            {
                LogHubChanged(_options.Driver.Value);
                _buffer.SendSettledAgain();
            }

            _hub = ack.Hub;
        }

        ReleaseFlushes();
    }

    void IDriverSessionOwner.Troubled(string why)
    {
        LastError = why;
        LogTroubled(_options.Driver.Value, why);
    }

    void IDriverSessionOwner.Advised(Advice advice)
    {
        if (advice == Advice) return;
        Advice = advice;
        AdviceChanged?.Invoke(advice);
    }

    void IDriverSessionOwner.TripChanged(JsonElement? trip) => TripChanged?.Invoke(trip);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        string? refusedToken = null;
        try
        {
            while (true)
            {
                var wait = TimeSpan.Zero;
                var token = "";
                try
                {
                    SetState(DriverConnectionState.Connecting);
                    token = await _options.Token(cancellationToken).ConfigureAwait(false);
                    if (token == refusedToken) throw new DriverRefusedException(System.Net.HttpStatusCode.Unauthorized);
                    var end = await ConnectAsync(token, cancellationToken).ConfigureAwait(false);
                    if (end.Cause is DriverRefusedException refused) throw refused;
                    _refusals = 0;
                    if (end.Cause is not null) LastError = Explain(end.Cause);
                    wait = end.ReconnectAfter ?? _backoff.Next();
                    LogLost(_options.Driver.Value, end.Cause?.Message ?? "closed by the server", wait.TotalMilliseconds);
                }
                catch (DriverRefusedException e)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    LastError = e.Message;
                    if (token == refusedToken || ++_refusals >= MostRefusals)
                    {
                        LogRefused(_options.Driver.Value, e.Message);
                        SetState(DriverConnectionState.Refused);
                        _completion.TrySetException(e);
                        return;
                    }

                    refusedToken = token;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // Also what the caller's token factory throws: the next try may go well.
                    cancellationToken.ThrowIfCancellationRequested();
                    LastError = e is OperationCanceledException ? "The server did not answer in time." : Explain(e);
                    wait = _backoff.Next();
                    LogLost(_options.Driver.Value, LastError, wait.TotalMilliseconds);
                }

                SetState(DriverConnectionState.Waiting);
                await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(_options.Driver.Value);
        }
    }

    // Whoever closes has no time for a long wait, but still must not hammer a server that is away.
    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_closing.Task.IsCompleted)
        {
            if (wait > TimeSpan.Zero) await Task.Delay(wait < ClosingBackoff ? wait : ClosingBackoff, _time, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (wait <= TimeSpan.Zero) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(wait, _time, either.Token);
        await Task.WhenAny(delay, _closing.Task).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<SessionEnd> ConnectAsync(string token, CancellationToken cancellationToken)
    {
        await using var door = CreateDoor();
        var session = new DriverSession(_options, _buffer, _wake, _time, _backoff, this);
        using (var patience = new CancellationTokenSource(_options.ConnectTimeout, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken))
        {
            _buffer.BeginConnection();
            await door.OpenAsync(token, session, either.Token).ConfigureAwait(false);
        }

        Interlocked.Increment(ref _connects);
        SetState(DriverConnectionState.Connected);
        try
        {
            return await session.RunAsync(door, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // From here on its late words count no more: what is under way goes back to the buffer with the next connection.
            session.Closed(null);
        }
    }

    // The outer message of a failed connect says only that it failed; the inner one says why.
    private static string Explain(Exception e) =>
        e.GetBaseException().Message is var why && e.Message.Contains(why, StringComparison.Ordinal) ? e.Message : $"{e.Message} ({why})";

    private IDriverDoor CreateDoor() => _options.Door switch
    {
        DriverDoor.SignalR => new SignalRDoor(_options.Server, messagePack: false),
        DriverDoor.SignalRMessagePack => new SignalRDoor(_options.Server, messagePack: true),
        DriverDoor.Http => new HttpDoor(_options.Server, _options.Driver),
        _ => new WebSocketDoor(_options.Server),
    };

    private void SetState(DriverConnectionState state)
    {
        if (State == state) return;
        State = state;
        StateChanged?.Invoke(state);
    }

    private void ReleaseFlushes()
    {
        lock (_flushes)
        {
            if (_flushes.Count == 0 || !_buffer.IsEmpty) return;
            foreach (var flush in _flushes) flush.TrySetResult();
        }
    }
}

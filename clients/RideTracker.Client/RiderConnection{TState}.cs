using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RideTracker.Client.Watching;

namespace RideTracker.Client;

/// <summary>Watches one live resource: takes strategy after strategy, and node after node, with one cursor, and hands out the newest state.</summary>
/// <remarks>
/// <para>
/// Made by <see cref="RiderConnection"/>. It connects when first enumerated (or by <see cref="Start"/>) and reconnects by itself: a strategy that can't connect, or a stream
/// that is silent for longer than it may be, gives way to the next one, and the cursor goes along. It waits as the server tells it, otherwise at random below a bound that doubles.
/// </para>
/// <para>
/// The enumeration ends with the trip, or when the connection is disposed of; it fails with <see cref="RiderEndedException"/> when the watch ends for another reason. A reader that
/// is slow gets the newest state only, so nothing piles up. <see cref="TripState.Reset"/> of a state that was skipped shows in the one that took its place.
/// </para>
/// <para>Thread-safe. Costs no thread. Events come on pool threads, in order; a handler should not block, and must not throw.</para>
/// </remarks>
public sealed partial class RiderConnection<TState> : IAsyncEnumerable<TState>, IAsyncDisposable, IRiderLink
    where TState : class
{
    private readonly string _path;
    private readonly string _query;
    private readonly IFold<TState> _fold;
    private readonly RiderConnectionOptions _options;
    private readonly Uri[] _servers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Ladder _ladder;
    private readonly List<NewestState<TState>> _readers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<RiderEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _connection;
    private Task _running = Task.CompletedTask;
    private RiderCapabilities _capabilities = RiderCapabilities.Default;
    private string? _refusedToken;
    private string _lastToken = "";
    private TState? _latest;
    private int _server;
    private int _serversLeft;
    private bool _started;
    private bool _disposed;

    internal RiderConnection(string path, string query, IFold<TState> fold, RiderConnectionOptions options, TimeProvider? time, ILogger? logger)
    {
        options.Validate();
        _path = path;
        _query = query;
        _fold = fold;
        _options = options;
        _servers = [options.Server, .. options.OtherServers];
        _serversLeft = _servers.Length - 1;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        Cursor = options.Cursor;
        _ladder = new Ladder(options, Random.Shared.NextDouble);
        Status = new RiderStatus(RiderPhase.Idle, _ladder.Strategy, _servers[0]);
    }

    /// <summary>Raised with each new state.</summary>
    public event Action<TState>? StateReceived;

    public event Action<RiderStatus>? StatusChanged;

    public RiderStatus Status { get; private set; }

    /// <summary>The newest state; null before the first.</summary>
    public TState? Latest
    {
        get
        {
            lock (_lock) return _latest;
        }
    }

    /// <summary>Names the newest state: another connection goes on from it (<see cref="RiderConnectionOptions.Cursor"/>).</summary>
    public string? Cursor { get; private set; }

    /// <summary>What went wrong last; null while all is well.</summary>
    public string? LastError { get; private set; }

    /// <summary>Ends with the watch, and says why it is over. Never fails.</summary>
    public Task<RiderEnd> Completion => _completion.Task;

    /// <summary>Begins to connect.</summary>
    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_started) return;
            _started = true;
            _running = Task.Run(() => RunAsync(_stopping.Token));
        }
    }

    /// <summary>Goes on with this strategy, or, without one, with the best that works, from the cursor that was reached.</summary>
    public void Use(RiderStrategy? strategy)
    {
        CancellationTokenSource? connection;
        lock (_lock)
        {
            _ladder.Pin(strategy);
            connection = _connection;
        }

        Cancel(connection);
    }

    /// <summary>Ends a wait between two tries, as when the network is back.</summary>
    public void RetryNow()
    {
        CancellationTokenSource? connection;
        lock (_lock)
        {
            if (Status.Phase != RiderPhase.Waiting) return;
            _ladder.Forgive();
            connection = _connection;
        }

        Cancel(connection);
    }

    /// <summary>Every new state, beginning with the newest there is. Several readers get the same states, each at its own pace.</summary>
    /// <exception cref="RiderEndedException">The watch ended otherwise than with its trip or by the caller.</exception>
    public IAsyncEnumerator<TState> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Start();
        return ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        Finish(new RiderEnd(RiderEndReason.Closed));
        _stopping.Dispose();
    }

    RiderCapabilities IRiderLink.Capabilities => Volatile.Read(ref _capabilities);

    TimeSpan IRiderLink.OpenTimeout => _options.OpenTimeout;

    TimeProvider IRiderLink.Time => _time;

    bool IRiderLink.WantsClimb
    {
        get
        {
            lock (_lock) return _ladder.WantsClimb(_time.GetUtcNow());
        }
    }

    Uri IRiderLink.Resource(string? more)
    {
        var server = _servers[_server];
        return new UriBuilder(server) { Path = server.AbsolutePath.TrimEnd('/') + _path, Query = _query.Length > 0 && more is not null ? $"{_query}&{more}" : _query + more }.Uri;
    }

    async ValueTask<string> IRiderLink.TokenAsync(CancellationToken cancellationToken)
    {
        bool refused;
        lock (_lock) refused = _ladder.TokenRefused;
        var token = await _options.Token(new RiderTokenRequest(refused), cancellationToken).ConfigureAwait(false);
        if (refused && token == _refusedToken) throw new SameTokenException();
        return _lastToken = token;
    }

    void IRiderLink.Heard()
    {
        lock (_lock)
        {
            _ladder.Heard(_time.GetUtcNow());
            _serversLeft = _servers.Length - 1;
        }

        LastError = null;
        if (Status.Phase != RiderPhase.Live) SetStatus(RiderPhase.Live);
    }

    bool IRiderLink.State(ReadOnlySpan<byte> json)
    {
        var news = _fold.Accept(json, out var cursor);
        Cursor = cursor;
        ((IRiderLink)this).Heard();
        if (news is null) return false;
        lock (_lock)
        {
            _latest = news;
            foreach (var reader in _readers) reader.Offer(news);
        }

        StateReceived?.Invoke(news);
        return true;
    }

    private async IAsyncEnumerable<TState> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new NewestState<TState>(_fold.Replace);
        lock (_lock)
        {
            if (_latest is not null) reader.Offer(_latest);
            _readers.Add(reader);
        }

        try
        {
            while (true)
            {
                // Asked first: what came before the end is in the reader by then.
                var ended = _completion.Task.IsCompletedSuccessfully;
                if (reader.Take() is { } state)
                {
                    yield return state;
                }
                else if (ended)
                {
                    var end = await _completion.Task.ConfigureAwait(false);
                    if (!end.IsPeaceful) throw new RiderEndedException(end);
                    yield break;
                }
                else
                {
                    await Task.WhenAny(reader.Arrived(), _completion.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            lock (_lock) _readers.Remove(reader);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var asking = Task.FromResult(false);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (asking.IsCompleted && !await asking.ConfigureAwait(false)) asking = AskCapabilitiesAsync(cancellationToken);
                using var connection = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                RiderStrategy strategy;
                lock (_lock)
                {
                    _connection = connection;
                    strategy = _ladder.Strategy;
                }

                SetStatus(RiderPhase.Connecting);
                var outcome = await ConnectAsync(strategy, connection.Token).ConfigureAwait(false);
                if (!connection.IsCancellationRequested)
                {
                    var next = Decide(outcome);
                    if (next.End is { } end)
                    {
                        Finish(end);
                        break;
                    }

                    LogLost(_path, strategy, outcome.Kind, next.Wait.TotalMilliseconds);
                    if (next.Wait > TimeSpan.Zero)
                    {
                        SetStatus(RiderPhase.Waiting, _time.GetUtcNow() + next.Wait);
                        await Task.Delay(next.Wait, _time, connection.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }
                }

                lock (_lock) _connection = null;
            }
        }
        catch (Exception e)
        {
            // A fault of our own, or of a handler: whoever waits for states must learn of it.
            LogFailed(e, _path);
            Finish(new RiderEnd(RiderEndReason.Refused, null, e.Message));
        }

        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Outcome> ConnectAsync(RiderStrategy strategy, CancellationToken cancellationToken)
    {
        try
        {
            return await (strategy switch
            {
                RiderStrategy.Sse => SseStrategy.RunAsync(this, cancellationToken),
                RiderStrategy.WebSocket => WebSocketStrategy.RunAsync(this, cancellationToken),
                RiderStrategy.LongPoll => PollStrategy.RunAsync(this, held: true, cancellationToken),
                _ => PollStrategy.RunAsync(this, held: false, cancellationToken),
            }).ConfigureAwait(false);
        }
        catch (SameTokenException)
        {
            return Outcome.Token(RiderEndReason.Unauthorized);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller wanted another strategy, or the end.
            return Outcome.AtOnce;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What the caller's token factory throws: the next try may go well.
            LastError = e.Message;
            return Outcome.Told(null);
        }
    }

    private Next Decide(Outcome outcome)
    {
        lock (_lock)
        {
            if (outcome.Why is not null) LastError = outcome.Why;
            if (outcome.Kind == OutcomeKind.Token) _refusedToken = _lastToken;
            if (outcome.Kind is OutcomeKind.Unreachable or OutcomeKind.Silent or OutcomeKind.Dropped or OutcomeKind.Told && _servers.Length > 1)
            {
                _server = (_server + 1) % _servers.Length;
                // The strategy is not to blame while there is a node that it was not tried at.
                if (outcome.Kind is OutcomeKind.Unreachable or OutcomeKind.Silent && _serversLeft-- > 0) return new Next(TimeSpan.Zero, null);
                if (outcome.Kind is OutcomeKind.Unreachable or OutcomeKind.Silent) _serversLeft = _servers.Length - 1;
            }

            return _ladder.After(outcome);
        }
    }

    // The numbers of one node hold for all: they are settings of the deployment.
    private async Task<bool> AskCapabilitiesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var server = _servers[_server];
            using var patience = new CancellationTokenSource(_options.OpenTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            using var response = await RiderHttp.Client.GetAsync(new UriBuilder(server) { Path = server.AbsolutePath.TrimEnd('/') + "/v1/capabilities" }.Uri, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return false;
            var told = await JsonSerializer.DeserializeAsync(
                await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false), RiderJson.Default.RiderCapabilities, either.Token).ConfigureAwait(false);
            if (told is null) return false;
            Volatile.Write(ref _capabilities, told.Checked());
            lock (_lock) _ladder.Offer(told.Usable());
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            // The defaults serve until the next connection asks again.
            LogNoCapabilities(_path, e.Message);
            return false;
        }
    }

    private void SetStatus(RiderPhase phase, DateTimeOffset? retryAt = null)
    {
        RiderStatus status;
        lock (_lock)
        {
            status = new RiderStatus(phase, _ladder.Strategy, _servers[_server], retryAt);
            if (status == Status) return;
            Status = status;
        }

        StatusChanged?.Invoke(status);
    }

    private void Finish(RiderEnd end)
    {
        lock (_lock)
        {
            if (_completion.Task.IsCompleted) return;
            Status = new RiderStatus(RiderPhase.Ended, _ladder.Strategy, _servers[_server]);
        }

        LogEnded(_path, end.Reason, end.Detail);
        _completion.TrySetResult(end);
        StatusChanged?.Invoke(Status);
    }

    private static void Cancel(CancellationTokenSource? connection)
    {
        try
        {
            connection?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile, which is what was wanted.
            return;
        }
    }

    private sealed class SameTokenException : Exception;
}

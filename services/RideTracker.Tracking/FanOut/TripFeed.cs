using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub.Listening;

namespace RideTracker.Tracking.FanOut;

/// <summary>
/// One trip that somebody on this node watches: subscribes, waits for the confirmation, then reads, then applies only higher numbers; encodes each
/// state once and hands it to every mailbox. Reads again when a message was lost, when the connection came back, and after some silence.
/// </summary>
public sealed class TripFeed : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly TripFeeds _owner;
    private readonly TripId _trip;
    private readonly uint _tag;
    private Subscription? _tripChannel;
    private Subscription? _driverChannel;
    // Made anew at each change, so that it can be walked without the lock.
    private Mailbox[] _mailboxes = [];
    private TripState? _state;
    private RouteProgress? _progress;
    private long _lastSignMs;
    private bool _closed;
    private int _rereadWanted;
    private int _rereadQueued;

    internal TripFeed(TripFeeds owner, TripId trip)
    {
        _owner = owner;
        _trip = trip;
        _tag = Cursor.TagOf(HubKeys.Trip(trip));
    }

    /// <summary>When the last mailbox left (Unix ms); <see cref="long.MaxValue"/> while there is one.</summary>
    internal long IdleSinceMs { get; set; }

    /// <summary>Subscribes and reads; false if the hub knows no such trip.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    internal async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        _tripChannel = await _owner.Link.Listener.SubscribeAsync(HubKeys.TripChannel(_trip), OnTripMessage, cancellationToken);
        await ReadAsync(cancellationToken);
        lock (_lock) return _state is not null;
    }

    /// <summary>Adds a mailbox, and gives the state that its client must have first: none if its cursor names the present one.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    /// <returns>False if the feed was closed before: find it anew.</returns>
    public async ValueTask<(bool Attached, StateFrame? First)> AttachAsync(Mailbox mailbox, ResumePoint resume, CancellationToken cancellationToken)
    {
        for (var reread = false; ; reread = true)
        {
            lock (_lock)
            {
                if (_closed) return (false, null);
                // A client that is ahead of this node's copy has seen a message that did not arrive here: read, and only then doubt the client.
                if (reread || resume.At is not { } at || at.Tag != _tag || at.Number <= _state!.Number)
                {
                    var first = _owner.First(_state!, _tag, _progress, resume);
                    _mailboxes = [.. _mailboxes, mailbox];
                    IdleSinceMs = long.MaxValue;
                    return (true, first);
                }
            }

            await ReadAsync(cancellationToken);
        }
    }

    public void Detach(Mailbox mailbox)
    {
        lock (_lock)
        {
            _mailboxes = Array.FindAll(_mailboxes, other => other != mailbox);
            if (_mailboxes.Length == 0) IdleSinceMs = _owner.NowMs;
        }
    }

    /// <summary>Closes the feed if nobody watches it; false if somebody came meanwhile.</summary>
    internal bool TryRetire()
    {
        lock (_lock)
        {
            if (_mailboxes.Length > 0) return false;
            _closed = true;
            return true;
        }
    }

    /// <summary>The name of the present state.</summary>
    public string PresentCursor
    {
        get
        {
            lock (_lock) return _state!.Cursor(_tag).ToString();
        }
    }

    /// <summary>The present state for a client that resumes; null if its cursor names it.</summary>
    public StateFrame? Present(ResumePoint resume)
    {
        lock (_lock) return _owner.First(_state!, _tag, _progress, resume);
    }

    /// <summary>The state that everybody gets, for a client that has seen a later fix than it shows: without the vehicle.</summary>
    public StateFrame WithoutVehicle(long shownFixTimeMs)
    {
        lock (_lock) return _owner.Writer.Encode(_state!, _tag, _progress, new TripStateForm(null, false, shownFixTimeMs));
    }

    /// <summary>Reads again where that is due, and calls a driver stale whose time ran out while the hub is away.</summary>
    internal void Sweep(long nowMs, bool hubIsUp)
    {
        var read = false;
        Mailbox[] offered = [];
        lock (_lock)
        {
            if (_state is null || _closed) return;
            if (hubIsUp)
            {
                read = !_state.Over && nowMs - _lastSignMs > _owner.RereadMs(_tag);
            }
            else if (_state is { Active: true, Stale: false, LocallyStale: false, Newest: not null } && nowMs > _state.LastHeardMs + _owner.SilenceMs(_state.IntervalMs) + 1_000)
            {
                _state.TurnLocallyStale();
                offered = Offer();
            }
        }

        Wake(offered);
        if (!hubIsUp) return;
        if (read || Volatile.Read(ref _rereadWanted) == 1) WantRead();
    }

    /// <summary>Reads again soon, once however often it is asked.</summary>
    internal void WantRead()
    {
        Volatile.Write(ref _rereadWanted, 1);
        // One reading that has not begun yet sees all that happened before it: more would only queue up while the hub is slow.
        if (Interlocked.Exchange(ref _rereadQueued, 1) == 0) _ = RereadAsync();
    }

    /// <summary>The trip is over: reads its final state, unless that is known.</summary>
    internal void WantEnd()
    {
        lock (_lock)
        {
            if (_closed || _state is { Over: true }) return;
        }

        WantRead();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _closed = true;
        await _reading.WaitAsync();
        try
        {
            _tripChannel?.Dispose();
            _driverChannel?.Dispose();
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task RereadAsync()
    {
        try
        {
            await ReadAsync(_owner.Stopping);
        }
        catch (Exception failure) when (failure is HubUnavailableException or OperationCanceledException)
        {
            // The sweep asks again, as long as it is wanted.
            _owner.LogNotRead(_trip.Value, failure.Message);
        }
        catch (Exception failure)
        {
            _owner.LogFailed(failure, _trip.Value);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        Volatile.Write(ref _rereadQueued, 0);
        try
        {
            if (_closed) return;
            Volatile.Write(ref _rereadWanted, 1);
            _owner.Metrics.Read();
            var head = await _owner.Reader.ReadTripAsync(_trip, cancellationToken);
            if (head is null)
            {
                // Unknown, or the hub lost it: its writer brings it back, and its channel or the sweep tells.
                Volatile.Write(ref _rereadWanted, 0);
                lock (_lock) _lastSignMs = _owner.NowMs;
                return;
            }

            await ListenToDriverAsync(head.Over ? null : head.Driver, cancellationToken);
            var slot = head is { Over: false, Driver: { } driver } ? await _owner.Reader.ReadDriverAsync(driver, cancellationToken) : null;
            var state = TripState.From(head, slot);
            var progress = await _owner.Routes.FindAsync(_trip, state.RouteVersion, cancellationToken);
            Mailbox[] offered;
            lock (_lock)
            {
                _lastSignMs = _owner.NowMs;
                var news = _state is null || state.Number > _state.Number || (state.Number == _state.Number && _state.LocallyStale);
                // A message that overtook the reading has moved the state on already. What the reading was to bring may still be missing: the next
                // sweep asks again.
                if (!news && state.Number < _state!.Number) return;
                Volatile.Write(ref _rereadWanted, 0);
                _state = state;
                _progress = progress;
                offered = news ? Offer() : [];
            }

            Wake(offered);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task ListenToDriverAsync(DriverId? driver, CancellationToken cancellationToken)
    {
        var channel = driver is { } id ? HubKeys.DriverChannel(HubKeys.Partition(id, _owner.Link.Partitions), id) : null;
        if (_driverChannel?.Channel == channel) return;
        if (_driverChannel is { } old)
        {
            _driverChannel = null;
            old.Dispose();
        }

        if (channel is not null) _driverChannel = await _owner.Link.Listener.SubscribeAsync(channel, OnDriverMessage, cancellationToken);
    }

    private void OnTripMessage(ReadOnlySpan<byte> text) => WantRead();

    internal void OnDriverMessage(ReadOnlySpan<byte> text)
    {
        var read = false;
        Mailbox[] offered = [];
        lock (_lock)
        {
            if (_closed || !HubMessage.TryParse(text, out var message)) return;
            if (_state is null)
            {
                // The first reading is under way and may have missed this.
                read = true;
            }
            else if (message.Number > _state.Number)
            {
                _lastSignMs = _owner.NowMs;
                read = Apply(in message, ref offered);
            }
        }

        Wake(offered);
        if (read) WantRead();
    }

    // Under the lock. Answers whether the hub must be read.
    private bool Apply(in HubMessage message, ref Mailbox[] offered)
    {
        var mine = message.IsOf(_trip);
        // It is this trip's turn, or no longer: only the hub knows the rest.
        if (message.Kind == HubMessageKind.Trip || mine != _state!.Active) return mine || _state!.Active;
        if (!mine) return false;
        var lost = message.Previous != _state.Number;
        switch (message.Kind)
        {
            case HubMessageKind.Fixes when message.TripVersion == _state.Version:
                _state.Apply(in message);
                break;
            case HubMessageKind.Fixes:
                return true;
            default:
                _state.TurnStale(message.Number);
                break;
        }

        offered = Offer();
        return lost;
    }

    // Under the lock: a frame is encoded once and put into all mailboxes, which are to be woken without the lock.
    private Mailbox[] Offer()
    {
        var mailboxes = _mailboxes;
        if (mailboxes.Length == 0) return mailboxes;
        var frame = _owner.Writer.Encode(_state!, _tag, _progress, TripStateForm.ForAll);
        foreach (var mailbox in mailboxes) mailbox.Offer(frame);
        frame.Release();
        _owner.Metrics.Published(mailboxes.Length);
        return mailboxes;
    }

    private static void Wake(Mailbox[] mailboxes)
    {
        foreach (var mailbox in mailboxes) mailbox.Wake();
    }
}

/// <summary>Where a client wants to go on.</summary>
/// <param name="Given">It named a cursor, whether it can be placed or not.</param>
/// <param name="At">The cursor, if a node can have written it.</param>
public readonly record struct ResumePoint(bool Given, Cursor? At)
{
    public static ResumePoint None { get; }

    /// <summary>Reads what a client sent as its cursor; null or empty = none.</summary>
    public static ResumePoint From(string? text) =>
        string.IsNullOrEmpty(text) ? None : new ResumePoint(true, Cursor.TryParse(text, out var cursor) ? cursor : null);
}

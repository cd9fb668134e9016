using System.Text;
using RideTracker.Protocol;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub.Listening;

namespace RideTracker.Tracking.FanOut;

/// <summary>The vehicles of one cell that somebody on this node looks at: subscribes in every partition, then reads, then applies only higher numbers.</summary>
public sealed class CellFeed : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly CellFeeds _owner;
    private readonly string _cell;
    private readonly byte[] _cellBytes;
    private readonly GeoBox _box;
    private readonly Dictionary<DriverId, Vehicle> _vehicles = [];
    // Numbers of those that left while a reading was under way: it may still show them here.
    private readonly Dictionary<DriverId, long> _left = [];
    private readonly List<Subscription> _channels = [];
    private readonly List<Mailbox> _watchers = [];
    private long _readMs;
    private int _rereadQueued;
    private bool _closed;

    internal CellFeed(CellFeeds owner, string cell)
    {
        _owner = owner;
        _cell = cell;
        _cellBytes = Encoding.ASCII.GetBytes(cell);
        _box = Cell.Bounds(cell);
    }

    /// <summary>When the last watcher left (Unix ms); <see cref="long.MaxValue"/> while there is one.</summary>
    internal long IdleSinceMs { get; private set; } = long.MaxValue;

    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < _owner.Link.Partitions; partition++)
            _channels.Add(await _owner.Link.Listener.SubscribeAsync(HubKeys.CellChannel(partition, _cell), OnMessage, cancellationToken));
        await ReadAsync(cancellationToken);
        IdleSinceMs = _owner.NowMs;
    }

    /// <summary>Wakes the mailbox whenever something changes here; false if the feed was closed before: find it anew.</summary>
    public bool Attach(Mailbox watcher)
    {
        lock (_lock)
        {
            if (_closed) return false;
            _watchers.Add(watcher);
            IdleSinceMs = long.MaxValue;
            return true;
        }
    }

    public void Detach(Mailbox watcher)
    {
        lock (_lock)
        {
            _watchers.Remove(watcher);
            if (_watchers.Count == 0) IdleSinceMs = _owner.NowMs;
        }
    }

    /// <summary>Adds what an audience sees here of a box.</summary>
    public void Collect(GeoBox box, Audience audience, long nowMs, Dictionary<string, SeenVehicle> to)
    {
        // While the hub is away nobody numbers silence: the node calls it by itself.
        var away = !_owner.Link.IsUp;
        lock (_lock)
        {
            foreach (var vehicle in _vehicles.Values)
            {
                var silent = away && !vehicle.Stale && nowMs > vehicle.LastHeardMs + _owner.SilenceMs(vehicle.IntervalMs);
                if (audience.See(silent ? vehicle with { Stale = true } : vehicle, nowMs) is { } seen && Audience.IsIn(seen, box)) to[seen.Id] = seen;
            }
        }
    }

    internal bool TryRetire()
    {
        lock (_lock)
        {
            if (_watchers.Count > 0) return false;
            _closed = true;
            return true;
        }
    }

    internal bool NeedsReading(long nowMs, long everyMs)
    {
        lock (_lock) return nowMs - _readMs > everyMs;
    }

    /// <summary>Whether the caller is to read the cell again: false while such a reading waits for its turn, as it will see all that happened before it.</summary>
    internal bool TryQueueReading() => Interlocked.Exchange(ref _rereadQueued, 1) == 0;

    /// <summary>Reads all of the cell: what the hub has and what it has no more.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    internal async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        Volatile.Write(ref _rereadQueued, 0);
        try
        {
            Dictionary<DriverId, long> before;
            lock (_lock)
            {
                if (_closed) return;
                _left.Clear();
                before = _vehicles.ToDictionary(pair => pair.Key, pair => pair.Value.Number);
            }

            _owner.Metrics.Read();
            var slots = await _owner.Reader.ReadBoxAsync(_box, cancellationToken);
            var changed = false;
            lock (_lock)
            {
                _readMs = _owner.NowMs;
                foreach (var slot in slots)
                {
                    if (slot.Cell != _cell || Vehicle.From(slot) is not { } vehicle) continue;
                    before.Remove(slot.Driver);
                    if (_left.TryGetValue(slot.Driver, out var left) && left >= slot.Number) continue;
                    if (_vehicles.TryGetValue(slot.Driver, out var known) && known.Number >= slot.Number) continue;
                    _vehicles[slot.Driver] = vehicle;
                    changed = true;
                }

                // Those that were known and are not there any more, unless a message brought them back meanwhile.
                foreach (var (driver, number) in before)
                    if (_vehicles.TryGetValue(driver, out var known) && known.Number == number) changed |= _vehicles.Remove(driver);
                if (changed) Wake();
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose()
    {
        lock (_lock) _closed = true;
        foreach (var channel in _channels) channel.Dispose();
    }

    private void OnMessage(ReadOnlySpan<byte> text)
    {
        DriverId? read = null;
        lock (_lock)
        {
            if (_closed || !HubMessage.TryParse(text, out var message)) return;
            var driver = message.DriverId;
            _vehicles.TryGetValue(driver, out var known);
            if (known is not null && known.Number >= message.Number) return;
            switch (message.Kind)
            {
                case HubMessageKind.Fixes when message.Cell.SequenceEqual(_cellBytes):
                    if (Vehicle.From(in message, driver) is not { } vehicle) return;
                    _vehicles[driver] = vehicle;
                    break;
                case HubMessageKind.Fixes or HubMessageKind.Gone:
                    _left[driver] = message.Number;
                    if (!_vehicles.Remove(driver)) return;
                    break;
                case HubMessageKind.Stale when known is not null:
                    _vehicles[driver] = known with { Stale = true, Number = message.Number };
                    break;
                default:
                    read = driver;
                    break;
            }

            if (read is null) Wake();
        }

        if (read is { } wanted) _ = ReadOneAsync(wanted);
    }

    private async Task ReadOneAsync(DriverId driver)
    {
        try
        {
            var slot = await _owner.Reader.ReadSlotAsync(driver, _owner.Stopping);
            if (slot is null || slot.Cell != _cell || Vehicle.From(slot) is not { } vehicle) return;
            lock (_lock)
            {
                if (_vehicles.TryGetValue(driver, out var known) && known.Number >= vehicle.Number) return;
                if (_left.TryGetValue(driver, out var left) && left >= vehicle.Number) return;
                _vehicles[driver] = vehicle;
                Wake();
            }
        }
        catch (Exception failure) when (failure is HubUnavailableException or OperationCanceledException)
        {
            // The next reading of the whole cell brings it.
            _owner.LogNotRead(_cell, failure.Message);
        }
    }

    private void Wake()
    {
        foreach (var watcher in _watchers) watcher.Signal();
    }
}

using System.Text.Json;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What one connected phone is to be told: its trip and how often to report. Keeps the newest of each and says when there is something new.</summary>
internal sealed class DriverLine(DriverTrack track, IngestHub hub, Advisor advisor, TimeProvider time, Action changed) : IDisposable
{
    private static readonly byte[] NoTrip = "null"u8.ToArray();

    private readonly Lock _gate = new();
    private IDisposable? _subscription;
    private ReadOnlyMemory<byte> _trip;
    private bool _tripIsNew;
    private DriverNeed _need;
    private bool _open;
    private bool _refreshing;
    private bool _gone;
    private long _pushes;
    private Advice? _advised;
    private DriverNeed _advisedFor;
    private long? _calmSince;

    /// <summary>Listens for the driver's trip, then reads what the hub knows of it: in this order nothing is missed. May be called again after it failed.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_subscription is null)
        {
            var subscription = await hub.SubscribeControlAsync(track.Driver, Pushed, cancellationToken);
            if (!TryKeep(subscription))
            {
                // The phone left meanwhile: nobody else would ever end it.
                subscription.Dispose();
                throw new OperationCanceledException("The connection is gone.", cancellationToken);
            }
        }

        await ReadAsync(cancellationToken);
    }

    /// <summary>Learns from the hub's answer to a report.</summary>
    public void Learn(in HubVerdict verdict)
    {
        if (verdict.Outcome == HubOutcome.Unavailable) return;
        bool refresh = false, news;
        lock (_gate)
        {
            // A report that moved nothing tells nothing of who watches.
            var demand = verdict.Demand.Has(DriverDemand.Unknown)
                ? (_need.Demand & ~DriverDemand.OffDuty) | (verdict.Demand & DriverDemand.OffDuty)
                : verdict.Demand;
            _need = _need with { Full = verdict.Outcome == HubOutcome.Full, Demand = demand, LowBattery = advisor.IsLow(track.Newest) };
            news = Due() is not null;
            // The message about the trip was lost, or comes yet.
            if (_open && verdict.OnTrip != _need.OnTrip && !_refreshing) refresh = _refreshing = true;
        }

        if (refresh) _ = RefreshAsync();
        if (news) changed();
    }

    /// <summary>The trip as JSON, if the phone was not told yet; <c>null</c> in JSON if it has none.</summary>
    public bool TryTakeTrip(out ReadOnlyMemory<byte> json)
    {
        lock (_gate)
        {
            json = _tripIsNew ? _trip : default;
            _tripIsNew = false;
            return json.Length > 0;
        }
    }

    /// <summary>The advice, if it is another than the phone was told, and not to be waited with.</summary>
    public bool TryTakeAdvice(out Advice advice)
    {
        lock (_gate)
        {
            advice = Due()!;
            if (advice is null) return false;
            (_advised, _advisedFor, _calmSince) = (advice, _need, null);
            return true;
        }
    }

    // Under the lock.
    private Advice? Due()
    {
        if (!_open) return null;
        var wanted = advisor.Advise(in _need);
        if (wanted == _advised)
        {
            _calmSince = null;
            return null;
        }

        if (_advised is null || wanted.IntervalMs < _advised.IntervalMs || !OnlyDemandChanged()) return wanted;
        _calmSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_calmSince.Value) >= advisor.SlowDownAfter ? wanted : null;
    }

    // Trip, duty and room are what they were when the phone was advised.
    private bool OnlyDemandChanged() => (_need.OnTrip, _need.Full, _need.Demand & DriverDemand.OffDuty) == (_advisedFor.OnTrip, _advisedFor.Full, _advisedFor.Demand & DriverDemand.OffDuty);

    public void Dispose()
    {
        IDisposable? subscription;
        lock (_gate)
        {
            _gone = true;
            subscription = _subscription;
        }

        subscription?.Dispose();
    }

    private bool TryKeep(IDisposable subscription)
    {
        lock (_gate)
        {
            if (!_gone) _subscription = subscription;
            return !_gone;
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            await ReadAsync(CancellationToken.None);
            changed();
        }
        catch (HubUnavailableException)
        {
            // The next verdict that differs asks again.
            return;
        }
        finally
        {
            lock (_gate) _refreshing = false;
        }
    }

    private async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            long pushes;
            lock (_gate) pushes = _pushes;
            var slot = await hub.ReadSlotAsync(track.Driver, cancellationToken);
            track.Load(slot?.Newest);
            lock (_gate)
            {
                // What came during the reading may be older or newer than what was read: only a reading without one tells.
                if (pushes != _pushes) continue;
                SetTrip(slot is { Busy: true, Trip: { } trip } ? Json(trip) : NoTrip);
                _need = _need with { Demand = (_need.Demand & ~DriverDemand.OffDuty) | (slot is { OffDuty: true } ? DriverDemand.OffDuty : DriverDemand.None) };
                _open = true;
                return;
            }
        }
    }

    private void Pushed(ReadOnlyMemory<byte> json)
    {
        lock (_gate)
        {
            _pushes++;
            SetTrip(json);
        }

        changed();
    }

    private void SetTrip(ReadOnlyMemory<byte> json)
    {
        if (_trip.Length > 0 && _trip.Span.SequenceEqual(json.Span)) return;
        _trip = json;
        _tripIsNew = true;
        _need = _need with { OnTrip = !json.Span.SequenceEqual(NoTrip) };
    }

    // The same text as TripProjection pushes, so that a repeat is known as one.
    private static byte[] Json(SlotTrip trip)
    {
        using var shared = JsonDocument.Parse("{" + trip.Shared + "}");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, trip.Id.Value);
            writer.WriteString("status"u8, trip.Status.ToWire());
            writer.WriteNumber("version"u8, trip.Version);
            foreach (var name in (ReadOnlySpan<string>)["pickup", "dropoff"])
            {
                if (!shared.RootElement.TryGetProperty(name, out var stop)) continue;
                writer.WritePropertyName(name);
                writer.WriteRawValue(stop.GetRawText());
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}

using System.Text.Json;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What one connected phone is to be told: its trip and how often to report. Keeps the newest of each and says when there is something new.</summary>
internal sealed class DriverLine(DriverTrack track, IngestHub hub, ReportIntake intake, Action changed) : IDisposable
{
    private static readonly byte[] NoTrip = "null"u8.ToArray();

    private readonly Lock _gate = new();
    private IDisposable? _subscription;
    private ReadOnlyMemory<byte> _trip;
    private bool _tripIsNew;
    private bool _onTrip;
    private bool _full;
    private bool _open;
    private bool _refreshing;
    private bool _gone;
    private long _pushes;
    private Advice? _advised;

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
            var full = verdict.Outcome == HubOutcome.Full;
            news = full != _full;
            _full = full;
            // The message about the trip was lost, or comes yet.
            if (_open && verdict.OnTrip != _onTrip && !_refreshing) refresh = _refreshing = true;
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

    /// <summary>The advice, if it is another than the phone was told.</summary>
    public bool TryTakeAdvice(out Advice advice)
    {
        lock (_gate)
        {
            advice = intake.Advise(_onTrip, _full);
            if (!_open || advice == _advised) return false;
            _advised = advice;
            return true;
        }
    }

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
        _onTrip = !json.Span.SequenceEqual(NoTrip);
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

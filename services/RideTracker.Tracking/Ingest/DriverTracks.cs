using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RideTracker.Protocol;

namespace RideTracker.Tracking.Ingest;

/// <summary>The node's tracks: one per driver that reports here or did lately. Bounded: without a holder a track is kept for some minutes only.</summary>
internal sealed class DriverTracks(IOptions<IngestOptions> options, TimeProvider time)
{
    private const long KeepIdleMs = 10 * 60_000;
    private const long SweepEveryMs = 1_000;

    // A track that lay idle may have missed the driver's reports to other nodes.
    private const long TrustIdleMs = 10_000;

    private readonly ConcurrentDictionary<DriverId, DriverTrack> _tracks = new();
    private long _sweptMs;

    public int Count => _tracks.Count;

    /// <summary>Finds or begins a driver's track and holds it until <see cref="Release"/>.</summary>
    /// <param name="driver">Whose.</param>
    /// <param name="holders">How many hold it now, this one included.</param>
    public DriverTrack Hold(DriverId driver, out int holders)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            var track = _tracks.GetOrAdd(driver, static (id, settings) => new DriverTrack(id, settings), options.Value);
            lock (track)
            {
                if (track.Retired) continue;
                holders = ++track.Holders;
                if (holders == 1 && nowMs - track.IdleSinceMs > TrustIdleMs) track.Distrust();
                return track;
            }
        }
    }

    /// <summary>Lets go of a track.</summary>
    public void Release(DriverTrack track)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (track)
        {
            if (--track.Holders == 0) track.IdleSinceMs = nowMs;
        }

        SweepNowAndThen(nowMs);
    }

    private void SweepNowAndThen(long nowMs)
    {
        var swept = Interlocked.Read(ref _sweptMs);
        var tooMany = _tracks.Count > options.Value.MaxIdleTracks;
        if (nowMs - swept < (tooMany ? SweepEveryMs : KeepIdleMs / 10) && nowMs >= swept) return;
        if (Interlocked.CompareExchange(ref _sweptMs, nowMs, swept) != swept) return;
        foreach (var (driver, track) in _tracks)
        {
            lock (track)
            {
                if (track.Holders > 0 || (!tooMany && nowMs - track.IdleSinceMs < KeepIdleMs)) continue;
                track.Retired = true;
            }

            _tracks.TryRemove(new KeyValuePair<DriverId, DriverTrack>(driver, track));
        }
    }
}

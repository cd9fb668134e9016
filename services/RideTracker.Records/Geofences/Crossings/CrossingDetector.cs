using NetTopologySuite.Geometries;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences.Crossings;

/// <summary>
/// Tells which geofences a driver crossed with a fix, each crossing once. Fixes come in the order of their times; what is known between two of them is
/// in <see cref="DriverPresence"/>, so that any host can go on. For one thread.
/// </summary>
public sealed class CrossingDetector(FenceIndex index, GeofencesOptions options)
{
    private readonly List<Fence> _near = [];
    private readonly List<double> _cuts = [];
    private readonly List<Crossing> _found = [];
    private long _seen;

    /// <summary>Looks at every geofence that is near, also where nothing can be crossed; for comparison.</summary>
    internal bool LookAlways { get; init; }

    /// <summary>How often a fence's geometry was asked: what the work grows with.</summary>
    public long Questions { get; private set; }

    /// <summary>Takes a driver's next fix.</summary>
    /// <param name="driver">What is known of the driver; brought up to this fix.</param>
    /// <param name="fix">The fix.</param>
    /// <param name="crossings">What it showed is added, in the order of time.</param>
    /// <returns>False if the fix was left out: it is not newer than the last one, or too inaccurate.</returns>
    public bool Take(DriverPresence driver, in DriverFix fix, List<Crossing> crossings)
    {
        var accuracy = fix.AccuracyMeters is { } told ? Math.Max(1, told) : options.AssumedAccuracyMeters;
        if (fix.FixTimeMs <= driver.FixTimeMs || accuracy > options.MaxAccuracyMeters) return false;
        var step = Step(driver, fix, accuracy);
        if (IsCalm(driver, step))
        {
            (driver.FixTimeMs, driver.Lat, driver.Lng, driver.AccuracyMeters) = (fix.FixTimeMs, fix.Latitude, fix.Longitude, accuracy);
            return true;
        }

        // Beside what is near: fences that the driver was in and is now far from.
        index.Near(step.Bounds(), _near);
        foreach (var stay in driver.Stays)
        {
            if (index.Find(stay.Fence) is { } fence && !_near.Contains(fence)) _near.Add(fence);
        }

        _found.Clear();
        _seen = driver.FencesVersion;
        List<FenceStay>? stays = null;
        foreach (var fence in _near)
        {
            if (Look(fence, driver.Stays.Find(stay => stay.Fence == fence.Id), step) is { } stay) (stays ??= []).Add(stay);
        }

        // A fence that is gone took its stay with it.
        driver.Stays = stays ?? [];
        (driver.FixTimeMs, driver.Lat, driver.Lng, driver.AccuracyMeters) = (fix.FixTimeMs, fix.Latitude, fix.Longitude, accuracy);
        driver.FencesVersion = index.Version;
        crossings.AddRange(_found.OrderBy(crossing => crossing.TimeMs).ThenBy(crossing => crossing.Fence.Id, StringComparer.Ordinal));
        return true;
    }

    // Most fixes of most drivers: far from any border, with nothing undecided and nothing due.
    private bool IsCalm(DriverPresence driver, in Step step)
    {
        if (LookAlways || !step.Joined || driver.FencesVersion != index.Version) return false;
        foreach (var stay in driver.Stays)
        {
            if (stay.Pending is not null || stay.DueMs <= step.To.TimeMs) return false;
        }

        var from = step.From!.Value;
        return index.Calm.IsCalm(from.Lat, from.Lng, step.To.Lat, step.To.Lng);
    }

    private Step Step(DriverPresence driver, in DriverFix fix, double accuracy)
    {
        var here = new StepEnd(fix.FixTimeMs, fix.Latitude, fix.Longitude, accuracy);
        if (driver.FixTimeMs == 0) return new Step(null, here, Joined: false);
        var before = new StepEnd(driver.FixTimeMs, driver.Lat, driver.Lng, driver.AccuracyMeters);
        // The short way round.
        if (here.Lng - before.Lng > 180) here = here with { Lng = here.Lng - 360 };
        else if (here.Lng - before.Lng < -180) here = here with { Lng = here.Lng + 360 };
        var joined = here.TimeMs - before.TimeMs <= options.MaxGapSeconds * 1000L && before.MetersTo(here.Lat, here.Lng) <= options.MaxGapMeters;
        return new Step(before, here, joined);
    }

    private FenceStay? Look(Fence fence, FenceStay? stay, in Step step)
    {
        // No edge is anywhere near the way, and the side before it is known: it is the same. So it is with nearly all fixes.
        if (step.Joined && fence.Version <= _seen && stay is null or { Pending: null } && !NearBorder(fence, step))
        {
            if (stay is null) return null;
            new CrossingJudge(fence, stay, step, _found).Arrive(inside: true);
            return Kept(fence, stay);
        }

        var inside = Covers(fence, step.To);
        _cuts.Clear();
        if (step.Joined) Cut(fence, step, inside);
        if (stay is null)
        {
            if (!inside && _cuts.Count == 0) return null;
            stay = new FenceStay { Fence = fence.Id };
        }

        var judge = new CrossingJudge(fence, stay, step, _found);
        var side = _cuts.Count % 2 == 0 ? inside : !inside;
        foreach (var share in _cuts) judge.Cross(side = !side, share);
        judge.Arrive(inside);
        return Kept(fence, stay);
    }

    private static FenceStay? Kept(Fence fence, FenceStay stay)
    {
        stay.DueMs = stay is { Inside: true, Dwelt: false } && fence.DwellSeconds is { } seconds ? stay.SinceMs + seconds * 1000L : null;
        return stay.Inside || stay.Pending is not null ? stay : null;
    }

    private bool Covers(Fence fence, in StepEnd place)
    {
        Questions++;
        return fence.Shape.Covers(place.Lat, place.Lng);
    }

    private bool NearBorder(Fence fence, in Step step)
    {
        var from = step.From!.Value;
        Questions++;
        return fence.Shape.IsNearBorder(from.Lat, from.Lng, step.To.Lat, step.To.Lng);
    }

    private void Cut(Fence fence, in Step step, bool inside)
    {
        var from = step.From!.Value;
        Questions++;
        fence.Shape.Cut(from.Lat, from.Lng, step.To.Lat, step.To.Lng, _cuts);
        if (_cuts.Count == 0) return;
        // An end that lies exactly on the border can make the count odd or even against what the ends say: then the ends decide.
        var changed = Covers(fence, from) != inside;
        if (changed == (_cuts.Count % 2 == 1)) return;
        var first = _cuts[0];
        _cuts.Clear();
        if (changed) _cuts.Add(first);
    }
}

/// <summary>One end of a step: a fix, its longitude such that the way from the other end does not jump at 180.</summary>
internal readonly record struct StepEnd(long TimeMs, double Lat, double Lng, double AccuracyMeters)
{
    public double MetersTo(double lat, double lng) => GeoMath.DistanceMeters(Lat, Lng, lat, lng);
}

/// <summary>From one fix of a driver to the next.</summary>
/// <param name="From">The one before; null if this is the first.</param>
/// <param name="To">The fix.</param>
/// <param name="Joined">Whether they are near enough to take the straight way between them for the driver's.</param>
internal readonly record struct Step(StepEnd? From, StepEnd To, bool Joined)
{
    public Envelope Bounds() => Joined ? new Envelope(From!.Value.Lng, To.Lng, From.Value.Lat, To.Lat) : new Envelope(new Coordinate(To.Lng, To.Lat));

    /// <summary>When and where a share of the way is passed.</summary>
    public (long TimeMs, double Lat, double Lng) At(double share)
    {
        var from = From!.Value;
        var lng = from.Lng + (To.Lng - from.Lng) * share;
        return (from.TimeMs + (long)((To.TimeMs - from.TimeMs) * share), from.Lat + (To.Lat - from.Lat) * share, lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng);
    }
}

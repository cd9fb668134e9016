using RideTracker.Protocol.Geo;
using RideTracker.Records.Events;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences.Crossings;

/// <summary>
/// Decides for one driver and one geofence whether being on the other side of the border is a crossing or noise. Certain is:
/// a fix as deep on the other side as five times its accuracy; or many that are less deep, by Page's CUSUM test (E. S. Page, "Continuous inspection
/// schemes", Biometrika 41, 1954) for a shift of one accuracy; or any, deeper than its accuracy, after the car has moved by eight times the accuracy:
/// who drives is not a parked car with noise. A crossing counts from when the border was first cut, not from when it was certain.
/// </summary>
internal readonly struct CrossingJudge(Fence fence, FenceStay stay, Step step, List<Crossing> found)
{
    private const double CertainDepth = 5;
    // e^12: at 1 fix per second, a car that stands exactly on the border with an error as large as its accuracy is wrongly moved over it about once in two weeks.
    private const double CertainSum = 12;
    private const double MovedBy = 8;
    // A driver that went back over the border is still watched for having passed through, until so much speaks for that it never was there.
    private const double ForgetSum = -5;

    /// <summary>The way cuts the border.</summary>
    /// <param name="inside">The side that it comes to.</param>
    /// <param name="share">The share of the step's way.</param>
    public void Cross(bool inside, double share)
    {
        var (timeMs, lat, lng) = step.At(share);
        var from = step.From!.Value;
        if (inside == stay.Inside)
        {
            if (stay.Pending is not { Back: null } gone) return;
            gone.Back = new BackCrossing(timeMs, lat, lng);
            PassedThrough();
        }
        else if (stay.Pending is { } pending && pending.Evidence > 0)
        {
            pending.Back = null;
        }
        else
        {
            stay.Pending = new PendingCrossing { TimeMs = timeMs, Lat = lat, Lng = lng, Before = new Anchor(from.Lat, from.Lng, from.AccuracyMeters) };
        }
    }

    /// <summary>The step ends.</summary>
    /// <param name="inside">On which side.</param>
    public void Arrive(bool inside)
    {
        if (inside == stay.Inside) StayOn();
        else GoOver();
        if (!stay.Inside) return;
        if (stay.Pending is { Back: null } leaving) Dwell(leaving.TimeMs, leaving.Lat, leaving.Lng);
        else Dwell(step.To.TimeMs, step.To.Lat, Wrapped(step.To.Lng));
    }

    // Still, or again, on the side where events have the driver.
    private void StayOn()
    {
        if (stay.Pending is not { } pending) return;
        // Over the border and back, and nothing is known of the way: nothing to tell.
        if (pending.Back is null)
        {
            stay.Pending = null;
            return;
        }

        if (PassedThrough()) return;
        pending.Evidence -= Depth() + 0.5;
        if (pending.Evidence <= ForgetSum) stay.Pending = null;
    }

    private void GoOver()
    {
        var here = step.To;
        // The border was not cut: the way is not known, or it is the fence that came or moved.
        var pending = stay.Pending ??= new PendingCrossing
        {
            TimeMs = here.TimeMs,
            Lat = here.Lat,
            Lng = Wrapped(here.Lng),
            AtFix = true,
            Before = step is { Joined: false, From: { } from } ? new Anchor(from.Lat, from.Lng, from.AccuracyMeters) : null,
        };
        pending.Back = null;
        var depth = Depth();
        pending.Evidence = Math.Max(0, Math.Max(0, pending.Evidence) + depth - 0.5);
        if (depth < CertainDepth && pending.Evidence < CertainSum && !(depth >= 1 && Moved(pending))) return;
        Tell(!stay.Inside, pending.TimeMs, pending.Lat, pending.Lng, pending.AtFix);
        stay.Pending = null;
    }

    // The driver came back to the side where it was: a way through, or noise?
    private bool PassedThrough()
    {
        if (stay.Pending is not { Back: { } back } pending || !Moved(pending)) return false;
        stay.Pending = null;
        // Only a corner was cut, by less than is known.
        if (GeoMath.DistanceMeters(pending.Lat, pending.Lng, back.Lat, back.Lng) < step.To.AccuracyMeters) return true;
        Tell(!stay.Inside, pending.TimeMs, pending.Lat, pending.Lng, pending.AtFix);
        Tell(!stay.Inside, back.TimeMs, back.Lat, back.Lng, atFix: false);
        return true;
    }

    private bool Moved(PendingCrossing pending) =>
        pending.Before is not { } before || step.To.MetersTo(before.Lat, before.Lng) >= MovedBy * Math.Max(before.AccuracyMeters, step.To.AccuracyMeters);

    // Distance to the border in accuracies, at most CertainDepth.
    private double Depth()
    {
        var here = step.To;
        return fence.Shape.MetersToBorder(here.Lat, here.Lng, CertainDepth * here.AccuracyMeters) / here.AccuracyMeters;
    }

    private void Tell(bool inside, long timeMs, double lat, double lng, bool atFix)
    {
        if (!inside) Dwell(timeMs, lat, lng);
        found.Add(new Crossing(inside ? EventKinds.Enter : EventKinds.Exit, fence, timeMs, lat, lng, inside ? null : stay.SinceMs, atFix));
        stay.Inside = inside;
        (stay.SinceMs, stay.Dwelt) = inside ? (timeMs, false) : (0, false);
    }

    // The place is where the driver was then on the way of this step; of an earlier step it is not known any more, and the last place inside stands for it.
    private void Dwell(long untilMs, double lat, double lng)
    {
        if (stay.Dwelt || fence.DwellSeconds is not { } seconds) return;
        var due = stay.SinceMs + seconds * 1000L;
        if (due > untilMs) return;
        stay.Dwelt = true;
        if (step is { Joined: true, From: { } from } && due >= from.TimeMs && due < step.To.TimeMs)
        {
            var part = (double)(due - from.TimeMs) / (step.To.TimeMs - from.TimeMs);
            (lat, lng) = (from.Lat + part * (step.To.Lat - from.Lat), Wrapped(from.Lng + part * (step.To.Lng - from.Lng)));
        }

        found.Add(new Crossing(EventKinds.Dwell, fence, due, lat, lng, stay.SinceMs, AtFix: false));
    }

    private static double Wrapped(double lng) => lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng;
}

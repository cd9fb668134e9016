using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>
/// Remembers the fixes in a row that were refused as a jump. Three that agree with one another confirm that the driver is somewhere else now
/// (a ferry, a first fix that was wrong): the third is accepted. Only the last and their number are kept.
/// </summary>
internal struct NewPlace
{
    private const int Needed = 3;

    private DriverFix _last;
    private int _count;

    /// <summary>Adds a fix that is a jump from the driver's newest; true if it confirms the new place.</summary>
    public bool Confirms(in DriverFix fix, FixLimits limits)
    {
        if (_count > 0 && fix.FixTimeMs <= _last.FixTimeMs)
        {
            // The same fix again, or one from before it: that confirms nothing.
            return false;
        }

        _count = _count > 0 && FixChecks.IsReachable(in _last, in fix, limits) ? _count + 1 : 1;
        _last = fix;
        return _count >= Needed;
    }
}

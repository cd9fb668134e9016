using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What the checks made of a report. May be used again for another one: each check begins by emptying it.</summary>
internal sealed class CheckedReport
{
    // After a phone caught up it would hold room for hundreds for ever.
    private const int KeepFixes = 32;

    private readonly List<DriverFix> _passed = new(1);
    private readonly List<int> _indexes = new(1);
    private readonly List<RefusedFix> _refused = [];
    private readonly DriverReport _report;

    public CheckedReport() => _report = new DriverReport(default, _passed);

    /// <summary>What goes to the hub; none if nothing passed.</summary>
    public DriverReport? Passed => _passed.Count > 0 ? _report : null;

    /// <summary>Fixes whose time stood in the report before: duplicates.</summary>
    public int Repeated { get; private set; }

    /// <summary>The rest, in the order of their index.</summary>
    public IReadOnlyList<RefusedFix> Refused => _refused;

    /// <summary>Empties it for a report of that driver with so many fixes.</summary>
    public void Begin(DriverId driver, int fixes)
    {
        Clear();
        _report.Driver = driver;
        _passed.EnsureCapacity(fixes);
    }

    /// <summary>Adds a fix that passed, with its place in the report; they come ascending by time. One with the time of the last is a repeat: false.</summary>
    public bool TryPass(in DriverFix fix, int index)
    {
        if (_passed.Count > 0 && _passed[^1].FixTimeMs == fix.FixTimeMs)
        {
            Repeated++;
            return false;
        }

        _passed.Add(fix);
        _indexes.Add(index);
        return true;
    }

    /// <summary>Adds a fix that a check refused.</summary>
    public void Refuse(int index, RejectReason reason) => _refused.Add(new RefusedFix(index, reason));

    /// <summary>The hub refused some of those that passed, since the driver was off duty then.</summary>
    /// <param name="places">Their places among <see cref="Passed"/>.</param>
    public void RefuseOffDuty(IReadOnlyList<int> places)
    {
        foreach (var place in places) Refuse(_indexes[place], RejectReason.OffDuty);
        End();
    }

    /// <summary>All fixes were added.</summary>
    public void End()
    {
        if (_refused.Count > 1) _refused.Sort(static (a, b) => a.Index.CompareTo(b.Index));
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _passed.Clear();
        _indexes.Clear();
        _refused.Clear();
        Repeated = 0;
        if (_passed.Capacity > KeepFixes) _passed.Capacity = 1;
        if (_indexes.Capacity > KeepFixes) _indexes.Capacity = 1;
        if (_refused.Capacity > KeepFixes) _refused.Capacity = 0;
    }
}

/// <summary>One fix that a check refused.</summary>
/// <param name="Index">Its place in the report, from 0.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct RefusedFix(int Index, RejectReason Reason);

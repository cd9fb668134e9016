namespace RideTracker.Conformance.Faults;

/// <summary>What a server does wrong, on purpose.</summary>
public enum Fault
{
    /// <summary>Nothing: shows that the proxy itself breaks no case.</summary>
    None,

    /// <summary>Another state under a cursor that was given before.</summary>
    RepeatedCursor,

    /// <summary>A cursor that can't be placed is passed over in silence.</summary>
    NoReset,

    /// <summary>A report is settled and thrown away.</summary>
    SettledButNotStored,

    /// <summary>Clients' cursors are not looked at.</summary>
    DroppedResume,

    /// <summary>Now and then a state shows the vehicle where it was before.</summary>
    OlderFix,

    /// <summary>A silent stream gives no sign of life.</summary>
    NoAlive,

    /// <summary>A stream closes without saying that the trip is over.</summary>
    NoEnd,

    /// <summary>Every other state is lost on the way.</summary>
    LostStates,
}

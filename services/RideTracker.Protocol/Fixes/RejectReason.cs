namespace RideTracker.Protocol.Fixes;

/// <summary>Why a fix was refused, in the order of the checks. On the wire: the words of <see cref="RejectReasons.ToWire"/>.</summary>
public enum RejectReason
{
    /// <summary><c>malformed</c>: no time, no place, or a wrong type.</summary>
    Malformed,

    /// <summary><c>out-of-range</c>: |lat| over 85.05 or |lng| over 180.</summary>
    OutOfRange,

    /// <summary><c>future</c>: more than 30 s ahead of the server's clock.</summary>
    Future,

    /// <summary><c>too-old</c>: more than 7 days behind the server's clock.</summary>
    TooOld,

    /// <summary><c>inaccurate</c>: accuracy worse than 200 m.</summary>
    Inaccurate,

    /// <summary><c>jump</c>: a speed over 90 m/s from the fix before it.</summary>
    Jump,

    /// <summary><c>off-duty</c>: from a time in which the driver was off duty. The hub says so, after all checks of the node.</summary>
    OffDuty,
}

/// <summary>The wire's words for <see cref="RejectReason"/>.</summary>
public static class RejectReasons
{
    public static string ToWire(this RejectReason reason) => reason switch
    {
        RejectReason.Malformed => "malformed",
        RejectReason.OutOfRange => "out-of-range",
        RejectReason.Future => "future",
        RejectReason.TooOld => "too-old",
        RejectReason.Inaccurate => "inaccurate",
        RejectReason.Jump => "jump",
        RejectReason.OffDuty => "off-duty",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "No such reason."),
    };
}

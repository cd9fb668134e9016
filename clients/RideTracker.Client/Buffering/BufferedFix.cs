using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Buffering;

/// <summary>A fix in the buffer.</summary>
/// <param name="Again">Settled once already, and sent again since the hub's incarnation changed.</param>
internal readonly record struct BufferedFix(DriverFix Fix, bool Again);

/// <summary>The fixes of one report, taken out of the buffer until it is settled or returned.</summary>
internal sealed class FixReport(BufferedFix[] fixes)
{
    public BufferedFix[] Fixes { get; } = fixes;

    /// <summary>Its number on the connection that carries it, from 1.</summary>
    public long Number { get; set; }

    public DriverFix[] ToFixes() => Array.ConvertAll(Fixes, f => f.Fix);
}

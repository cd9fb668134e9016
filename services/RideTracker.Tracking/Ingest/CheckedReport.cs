using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What the checks made of a report.</summary>
/// <param name="Passed">What goes to the hub; none if nothing passed.</param>
/// <param name="Repeated">Fixes whose time stood in the report before: duplicates.</param>
/// <param name="Refused">The rest, in the order of their index.</param>
internal readonly record struct CheckedReport(DriverReport? Passed, int Repeated, IReadOnlyList<RefusedFix> Refused);

/// <summary>One fix that a check refused.</summary>
/// <param name="Index">Its place in the report, from 0.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct RefusedFix(int Index, RejectReason Reason);

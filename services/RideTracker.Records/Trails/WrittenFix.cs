using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Records.Trails;

/// <summary>A fix that the history has just taken, and did not have before. A trip's fixes are its driver's between its assignment and its end.</summary>
/// <param name="Driver">Whose it is.</param>
/// <param name="Fix">What the phone reported.</param>
public readonly record struct WrittenFix(DriverId Driver, DriverFix Fix);

namespace RideTracker.Records.Trails.Export;

/// <summary>What a trail comes to, without its bad fixes.</summary>
/// <param name="Driver">Whose trail.</param>
/// <param name="Trip">The trip, where one was asked for.</param>
/// <param name="Fixes">Fixes that count.</param>
/// <param name="LeftOut">Fixes that don't: less accurate than 50 m, or faster from the last one that counts than 50 m/s.</param>
/// <param name="First">Time of the first fix that counts, Unix ms.</param>
/// <param name="Last">Time of the last fix that counts, Unix ms.</param>
/// <param name="Distance">Metres driven.</param>
/// <param name="Duration">Seconds from first to last.</param>
/// <param name="AverageSpeed">Distance over duration, in metres per second; left out where duration is 0.</param>
/// <param name="TopSpeed">The highest speed that a phone reported; where none did, the highest between two places; metres per second.</param>
/// <param name="Stops">Where the vehicle stood for two minutes or more, oldest first.</param>
public sealed record TrailSummary(
    string Driver, string? Trip, long Fixes, long LeftOut, long? First, long? Last, double Distance, double Duration, double? AverageSpeed, double? TopSpeed, IReadOnlyList<TrailStop> Stops);

/// <summary>A stay at one place.</summary>
/// <param name="Lat">Mean of its fixes, degrees WGS 84.</param>
/// <param name="Lng">Mean of its fixes, degrees WGS 84.</param>
/// <param name="From">Time of its first fix, Unix ms.</param>
/// <param name="To">Time of its last fix, Unix ms.</param>
public sealed record TrailStop(double Lat, double Lng, long From, long To);

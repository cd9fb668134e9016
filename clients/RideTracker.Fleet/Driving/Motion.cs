using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Driving;

/// <summary>Where a car is at one moment, without any error of measurement.</summary>
/// <param name="HeadingDegrees">Clockwise from true north; of the last movement while it stands.</param>
public readonly record struct Motion(GeoPoint Position, double SpeedMps, double HeadingDegrees);

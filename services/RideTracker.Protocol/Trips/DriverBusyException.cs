namespace RideTracker.Protocol.Trips;

/// <summary>What was to be written needs a driver who is on no (other) trip: that trip ends or is released first, then it may be written again.</summary>
public sealed class DriverBusyException(DriverId driver, string message) : Exception(message)
{
    public DriverId Driver { get; } = driver;
}

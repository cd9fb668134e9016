namespace RideTracker.Records.Trips;

/// <summary>Where a trip's way is asked for. Asking never waits: a planner that is slow or fails delays no command.</summary>
public interface IPlanWays
{
    /// <summary>This trip's way, or its time of arrival while it is queued, may be another now.</summary>
    void Want(string trip);

    /// <summary>So may those of a driver's trips.</summary>
    void WantOf(string driver);
}

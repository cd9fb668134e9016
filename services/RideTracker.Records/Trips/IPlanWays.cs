namespace RideTracker.Records.Trips;

/// <summary>Where a trip's way is asked for. Asking never waits: a planner that is slow or fails delays no command.</summary>
public interface IPlanWays
{
    /// <summary>Something changed for this driver's trips: a way is planned for the active one where it has none, and the queued one's time of arrival is reckoned.</summary>
    void WantOf(string driver);

    /// <summary>This driver has left its way: another one is planned.</summary>
    void WantAnother(string driver);
}

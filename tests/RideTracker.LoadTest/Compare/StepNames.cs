namespace RideTracker.LoadTest.Compare;

/// <summary>The runs of a round, by who and what: <c>own</c> is a driver per rider, <c>shared</c> 10 drivers for all.</summary>
internal static class StepNames
{
    public const string FloorOwn = "floor/own";
    public const string NchanOwn = "nchan/own";
    public const string SignalROwn = "signalr/own";
    public const string SseOwn = "sse/own";
    public const string SocketIoOwn = "socketio/own";
    public const string RedisOwn = "ridetracker/own/redis";
    public const string DriversOwn = "ridetracker/own/drivers";

    /// <summary>The whole path at the rate that SignalR can bear.</summary>
    public const string DriversOwnSlow = "ridetracker/own/drivers/slow";

    public const string FloorShared = "floor/shared";
    public const string NchanShared = "nchan/shared";
    public const string SignalRShared = "signalr/shared";
    public const string SseShared = "sse/shared";
    public const string SocketIoShared = "socketio/shared";
    public const string DriversShared = "ridetracker/shared/drivers";

    public const string IngestSingle = "ingest/single";
    public const string IngestBatch = "ingest/batch";
    public const string IngestHubSingle = "ingest/hub/single";
    public const string IngestHubBatch = "ingest/hub/batch";

    public const string FewRiders = "flat/riders/few";
    public const string ManyRiders = "flat/riders/many";
    public const string FewDrivers = "flat/drivers/few";
    public const string ManyDrivers = "flat/drivers/many";

    public const string Storm = "storm";
}

using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>What the server calls on a phone that holds a SignalR connection.</summary>
public interface IDriverClient
{
    /// <summary>How often to report from now on.</summary>
    Task Advise(Advice advice);

    /// <summary>The driver's trip as <c>{"id","status","version","pickup","dropoff"}</c>, or null if it has none.</summary>
    Task Trip(WireJson trip);

    /// <summary>This node is going away: reconnect after the delay.</summary>
    Task Drain(DrainNotice drain);
}

/// <summary>Says when to come back.</summary>
/// <param name="ReconnectAfterMs">Milliseconds to wait before reconnecting.</param>
[System.Runtime.Serialization.DataContract]
public sealed record DrainNotice([property: System.Runtime.Serialization.DataMember(Name = "reconnectAfterMs")] long ReconnectAfterMs);

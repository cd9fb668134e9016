namespace RideTracker.Client;

/// <summary>Which of the server's doors a driver reports through. They do the same with the same words.</summary>
public enum DriverDoor
{
    /// <summary>The plain WebSocket <c>/v1/driver/ws</c>: the cheapest for both sides.</summary>
    WebSocket,

    /// <summary>The SignalR hub <c>/v1/driver</c>, in JSON.</summary>
    SignalR,

    /// <summary>The SignalR hub <c>/v1/driver</c>, in MessagePack.</summary>
    SignalRMessagePack,

    /// <summary>The HTTP twin <c>POST /v1/drivers/{id}/fixes</c>: no advice, trip or drain between reports.</summary>
    Http,
}

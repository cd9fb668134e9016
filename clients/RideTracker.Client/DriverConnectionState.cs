namespace RideTracker.Client;

/// <summary>Where a <see cref="DriverConnection"/> stands.</summary>
public enum DriverConnectionState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Opening the connection.</summary>
    Connecting,

    Connected,

    /// <summary>Not connected; the next try comes by itself.</summary>
    Waiting,

    /// <summary>The server refused the token: final.</summary>
    Refused,

    Closed,
}

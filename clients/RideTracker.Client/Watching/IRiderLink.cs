namespace RideTracker.Client.Watching;

/// <summary>What a strategy needs of the connection that runs it: one resource, one cursor, one token.</summary>
internal interface IRiderLink
{
    /// <summary>Names the newest state; null before the first.</summary>
    string? Cursor { get; }

    RiderCapabilities Capabilities { get; }

    /// <summary>How long a connection may take to open.</summary>
    TimeSpan OpenTimeout { get; }

    TimeProvider Time { get; }

    /// <summary>Whether a poll has worked for so long that a stream deserves another try.</summary>
    bool WantsClimb { get; }

    /// <summary>The resource's address at the server in use.</summary>
    /// <param name="more">Further query, escaped.</param>
    Uri Resource(string? more = null);

    ValueTask<string> TokenAsync(CancellationToken cancellationToken);

    /// <summary>A sign of life other than a state.</summary>
    void Heard();

    /// <summary>A message with a state; true if it was news.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is none.</exception>
    bool State(ReadOnlySpan<byte> json);
}

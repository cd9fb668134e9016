namespace RideTracker.Client;

/// <summary>What a <see cref="RiderConnection{TState}"/> is doing.</summary>
public enum RiderPhase
{
    /// <summary>Not started.</summary>
    Idle,

    Connecting,

    /// <summary>The last connection or poll gave an answer.</summary>
    Live,

    /// <summary>Not connected; the next try comes by itself at <see cref="RiderStatus.RetryAt"/>.</summary>
    Waiting,

    /// <summary>Final: <see cref="RiderConnection{TState}.Completion"/> says why.</summary>
    Ended,
}

/// <summary>Where a <see cref="RiderConnection{TState}"/> stands.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Strategy">The strategy in use.</param>
/// <param name="Server">The server in use.</param>
/// <param name="RetryAt">While <see cref="RiderPhase.Waiting"/>: when the next try comes.</param>
public sealed record RiderStatus(RiderPhase Phase, RiderStrategy Strategy, Uri Server, DateTimeOffset? RetryAt = null);

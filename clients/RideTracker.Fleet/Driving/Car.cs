using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Driving;

/// <summary>One car on the streets: stands at a crossing or is on a drive.</summary>
/// <remarks>One caller gives it drives, any may ask where it is.</remarks>
public sealed class Car
{
    private readonly TimeProvider _time;
    private readonly StreetGraph _graph;
    private volatile State _state;

    /// <param name="node">The crossing at which it stands.</param>
    public Car(StreetGraph graph, int node, TimeProvider time)
    {
        _graph = graph;
        _time = time;
        Node = node;
        _state = new(null, time.GetTimestamp(), new Motion(graph.Position(node), 0, 0));
    }

    /// <summary>The crossing at which it stands, or which its drive ends at.</summary>
    public int Node { get; private set; }

    /// <summary>Where it is now.</summary>
    public Motion Motion
    {
        get
        {
            var state = _state;
            return state.Drive is null ? state.Standing : state.Drive.At(_time.GetElapsedTime(state.Since).TotalSeconds);
        }
    }

    /// <summary>Starts a drive, and waits until it is over.</summary>
    /// <param name="drive">Must begin where the car stands.</param>
    /// <param name="node">The crossing at which the drive ends.</param>
    public async Task GoAsync(Drive drive, int node, CancellationToken cancellationToken)
    {
        if (drive.Route.Points.Count < 2) return;
        _state = new(drive, _time.GetTimestamp(), default);
        Node = node;
        await Task.Delay(TimeSpan.FromSeconds(drive.Seconds), _time, cancellationToken).ConfigureAwait(false);
        var heading = drive.At(drive.Seconds).HeadingDegrees;
        _state = new(null, _time.GetTimestamp(), new Motion(_graph.Position(node), 0, heading));
    }

    private sealed record State(Drive? Drive, long Since, Motion Standing);
}

using System.Text.Json;
using RideTracker.Client.Buffering;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Doors;

/// <summary>One connection through one of the server's doors: opened once, closed once.</summary>
internal interface IDriverDoor : IAsyncDisposable
{
    /// <summary>Connects; from then on the listener hears what the server says.</summary>
    /// <exception cref="DriverRefusedException">The server answered 401 or 403.</exception>
    Task OpenAsync(string token, IDoorListener listener, CancellationToken cancellationToken);

    /// <summary>Puts a report on the wire. Its fate comes through the listener. One call at a time.</summary>
    ValueTask SendAsync(FixReport report, CancellationToken cancellationToken);
}

/// <summary>Hears what the server says through a door, in order, from any thread.</summary>
internal interface IDoorListener
{
    /// <summary>These reports are settled by this Ack together.</summary>
    void Settled(IReadOnlyList<FixReport> reports, Ack ack);

    /// <summary>The server did not take this report; it is to be sent again after the delay.</summary>
    void Failed(FixReport report, TimeSpan? retryAfter, string why);

    /// <summary>Send nothing for a while; what is under way stays so.</summary>
    void Paused(TimeSpan? retryAfter, string why);

    void Advised(Advice advice);

    /// <summary>The driver's assignment as the server tells it, or null at its end.</summary>
    void TripChanged(JsonElement? trip);

    void Draining(TimeSpan reconnectAfter);

    /// <summary>The connection is gone; nothing more will be heard.</summary>
    /// <param name="cause">What went wrong; a <see cref="DriverRefusedException"/> when the token was refused.</param>
    void Closed(Exception? cause);
}

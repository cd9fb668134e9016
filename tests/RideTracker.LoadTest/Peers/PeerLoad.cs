namespace RideTracker.LoadTest.Peers;

/// <summary>What a peer has to bear in a run.</summary>
/// <param name="Topics">Drivers; topic t is driver t.</param>
/// <param name="Riders">Rider i watches topic i modulo topics.</param>
/// <param name="Rate">States a second over all topics.</param>
internal sealed record PeerLoad(int Topics, int Riders, double Rate)
{
    /// <summary>Riders that get each state.</summary>
    public double RidersPerTopic => Riders / (double)Topics;
}

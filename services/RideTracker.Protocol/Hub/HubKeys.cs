namespace RideTracker.Protocol.Hub;

/// <summary>
/// The hub's Redis keys and channels. What belongs to a driver carries its partition's hash tag, and what belongs to a trip the trip's, so that a script stays in one slot of a Redis Cluster.
/// </summary>
/// <remarks>
/// <code>
/// hub                      hash    partitions, incarnation, secret: what all nodes must agree on
/// {p7}:slot:DRIVER         hash    the driver's live state, see accept.lua
/// {p7}:track:DRIVER        list    the last fixes, for `path` and to know duplicates, see accept.lua
/// {p7}:geo                 geo     where every present driver is
/// {p7}:heard               zset    when each driver turns stale, then gone (Unix ms)
/// {p7}:history             list    accepted batches for Records, oldest first
/// {p7}:history-bytes       string  bytes in that list
/// {p7}:arrivals            list    where cars arrived, for Records, oldest first, see <see cref="Trips.Arrival"/>; the newest 10,000
/// trip:{TRIP}              hash    what a trip has without its driver
/// route:{TRIP}             string  the planned way: {"version","seconds","line"}
/// revoked                  zset    jti of revoked tokens, by when they would have expired (Unix ms)
/// ended                    zset    trips that ended in the last hour, by when (Unix ms)
/// {nodes}:list             zset    names of tracking nodes, by when they last told how they fare (Unix ms)
/// {nodes}:NODE             string  how a node fares, JSON; expires when the node is silent
/// channels: {p7}:driver:DRIVER, {p7}:cell:CELL (positions), {p7}:control:DRIVER (to the driver's phone), trip:TRIP, revoked
/// </code>
/// </remarks>
public static class HubKeys
{
    public const string Hub = "hub";
    public const string Revoked = "revoked";
    public const string Ended = "ended";
    public const string RevokedChannel = "revoked";
    public const string Nodes = "{nodes}:list";

    public static string Slot(int partition, DriverId driver) => SlotPrefix(partition) + driver.Value;

    public static string SlotPrefix(int partition) => $"{{p{partition}}}:slot:";

    public static string Track(int partition, DriverId driver) => TrackPrefix(partition) + driver.Value;

    public static string TrackPrefix(int partition) => $"{{p{partition}}}:track:";

    public static string Geo(int partition) => $"{{p{partition}}}:geo";

    public static string Heard(int partition) => $"{{p{partition}}}:heard";

    public static string History(int partition) => $"{{p{partition}}}:history";

    public static string HistoryBytes(int partition) => $"{{p{partition}}}:history-bytes";

    public static string Arrivals(int partition) => $"{{p{partition}}}:arrivals";

    public static string DriverChannel(int partition, DriverId driver) => $"{{p{partition}}}:driver:{driver.Value}";

    public static string ControlChannel(int partition, DriverId driver) => $"{{p{partition}}}:control:{driver.Value}";

    public static string CellChannel(int partition, string cell) => $"{{p{partition}}}:cell:{cell}";

    public static string Trip(TripId trip) => $"trip:{{{trip.Value}}}";

    public static string TripChannel(TripId trip) => $"trip:{trip.Value}";

    public static string Route(TripId trip) => $"route:{{{trip.Value}}}";

    public static string Node(string name) => "{nodes}:" + name;

    /// <summary>The partition of a driver: FNV-1a (32 bit) of its id, modulo the number of partitions.</summary>
    public static int Partition(DriverId driver, int partitions) => Spread(driver.Value, partitions);

    /// <summary>Spreads names over a number of places: FNV-1a (32 bit) modulo the number.</summary>
    public static int Spread(string name, int places) => places == 1 ? 0 : (int)(Fnv1a.Hash(name) % (uint)places);
}

namespace RideTracker.LoadTest.Compare;

/// <summary>What a run says in one number; the median over the rounds counts.</summary>
internal enum Measure
{
    /// <summary>CPU time of all servers per delivery, or per accepted fix, in microseconds.</summary>
    CpuUs,

    /// <summary>From sending to the rider's reading, in ms.</summary>
    P50Ms,

    P99Ms,

    P999Ms,

    /// <summary>What riders read from their sockets, heads included, per delivery.</summary>
    BytesPerDelivery,

    /// <summary>States that reached riders, per second.</summary>
    DeliveredPerSecond,

    /// <summary>Memory of all servers per rider that only waits, in bytes.</summary>
    IdleBytes,

    /// <summary>Process-wide allocations of the server per delivery, in bytes.</summary>
    AllocatedBytes,

    /// <summary>Accepted, distinct fixes per second of the servers' core.</summary>
    FixesPerSecond,

    /// <summary>From the drop until all riders have the current state, in seconds.</summary>
    RecoverySeconds,

    /// <summary>What processes that have nothing to do with the run used of the servers' core, 0 to 1.</summary>
    OthersShare,
}

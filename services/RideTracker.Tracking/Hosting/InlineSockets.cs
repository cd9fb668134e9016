namespace RideTracker.Tracking.Hosting;

/// <summary>
/// Has sockets complete where the kernel's news of them arrive, without a hop to the thread pool: half the cost of a delivery (docs/adr/0006). What
/// runs there must not block.
/// </summary>
public static class InlineSockets
{
    private const string Completions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Switches it on for the process, unless its environment says otherwise. To be called before the first socket.</summary>
    public static void Use()
    {
        // The runtime has no other switch for it; it reads this when the first socket is opened.
        if (Environment.GetEnvironmentVariable(Completions) is null) Environment.SetEnvironmentVariable(Completions, "1");
    }
}

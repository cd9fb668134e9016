using RideTracker.Protocol;

namespace RideTracker.Client;

/// <summary>Settings of a <see cref="DriverConnection"/>.</summary>
public sealed record DriverConnectionOptions
{
    /// <summary>No report may hold more fixes than this (protocol.md section 2). So many fixes always fit 128 KB.</summary>
    public const int MostReportFixes = 500;

    /// <summary>The server's base address, such as <c>http://localhost:8080</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Who reports: the <c>sub</c> of the tokens.</summary>
    public required DriverId Driver { get; init; }

    /// <summary>Gives the token for the next connect. Called before each; a new token after a refusal gets one more try.</summary>
    public required Func<CancellationToken, ValueTask<string>> Token { get; init; }

    public DriverDoor Door { get; init; } = DriverDoor.WebSocket;

    /// <summary>Fixes kept while they are not settled, 1 or more. When full, the oldest waiting one is dropped and counted.</summary>
    public int BufferFixes { get; init; } = 10_000;

    /// <summary>Fixes in one report, 1 to 500.</summary>
    public int ReportFixes { get; init; } = MostReportFixes;

    /// <summary>Reports under way at once, 1 or more.</summary>
    public int UnsettledReports { get; init; } = 8;

    /// <summary>What was settled within this time is sent again when the hub's incarnation changes.</summary>
    public TimeSpan ResendWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The first wait after a lost connection is random up to this; it doubles with each failure.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait is longer than this.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connect that takes longer has failed.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection on which nothing was settled for so long, with reports under way, counts as dead.</summary>
    public TimeSpan SettleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="DriverConnection.DisposeAsync"/> waits for what is not settled.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        if (!Server.IsAbsoluteUri || Server.Scheme is not ("http" or "https")) throw Wrong(nameof(Server), "must be an absolute http or https address");
        if (Driver == default) throw Wrong(nameof(Driver), "must name a driver");
        if (BufferFixes < 1) throw Wrong(nameof(BufferFixes), "must be 1 or more");
        if (ReportFixes is < 1 or > MostReportFixes) throw Wrong(nameof(ReportFixes), $"must be 1 to {MostReportFixes}");
        if (UnsettledReports < 1) throw Wrong(nameof(UnsettledReports), "must be 1 or more");
        if (FirstBackoff <= TimeSpan.Zero || LongestBackoff < FirstBackoff) throw Wrong(nameof(FirstBackoff), "must be above zero and at most LongestBackoff");
        if (ConnectTimeout <= TimeSpan.Zero || SettleTimeout <= TimeSpan.Zero) throw Wrong(nameof(ConnectTimeout), "and SettleTimeout must be above zero");
    }

    private static ArgumentException Wrong(string name, string what) => new($"{nameof(DriverConnectionOptions)}.{name} {what}.", name);
}

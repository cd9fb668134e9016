using RideTracker.Client;
using RideTracker.Conformance.Cases;

namespace RideTracker.Conformance;

/// <summary>The table: what holds in every strategy, on every engine and every deployment.</summary>
internal static class Table
{
    public static IReadOnlyList<ConformanceCase> Cases { get; } =
    [
        new("first-state-is-current", Need.Nothing, ResumeCases.FirstStateIsCurrentAsync),
        new("resume-misses-and-repeats-nothing", Need.Nothing, ResumeCases.ResumeMissesAndRepeatsNothingAsync),
        new("unknown-cursor-gives-reset", Need.Nothing, ResumeCases.UnknownCursorGivesResetAsync),
        new("fallback-between-strategies-keeps-the-cursor", Need.Nothing, FallbackCases.BetweenStrategiesAsync),
        new("fallback-between-nodes-keeps-the-cursor", Need.SecondNode, FallbackCases.BetweenNodesAsync),
        new("killed-node-keeps-the-cursor", Need.SpareNode, FallbackCases.KilledNodeAsync),
        new("fix-time-never-goes-back", Need.Nothing, TimeCases.FixTimeNeverGoesBackAsync),
        new("reset-shows-nothing-earlier", Need.HubAccess, TimeCases.ResetShowsNothingEarlierAsync),
        new("late-fix-is-not-shown", Need.Nothing, TimeCases.LateFixIsNotShownAsync),
        new("slow-reader-gets-the-newest", Need.Nothing, StreamCases.SlowReaderGetsTheNewestAsync),
        new("alive-in-silence", Need.Nothing, StreamCases.AliveInSilenceAsync),
        new("viewport-goes-on-from-its-cursor", Need.Nothing, StreamCases.ViewportGoesOnAsync),
        new("freshness-is-taken", Need.Nothing, SeenCases.FreshnessIsTakenAsync),
        new("drain-tells-a-delay-and-does-not-end", Need.SpareNode, EndCases.DrainTellsADelayAsync),
        new("end-then-gone", Need.TripEnd, EndCases.EndThenGoneAsync),
        new("token-expiry-ends-the-stream", Need.ShortTokens, EndCases.TokenExpiryEndsTheStreamAsync),
        new("lost-publish-is-mended", Need.HubAccess, LossCases.LostPublishIsMendedAsync),
    ];

    public static IReadOnlyList<RiderStrategy> Strategies { get; } = [RiderStrategy.Sse, RiderStrategy.WebSocket, RiderStrategy.LongPoll, RiderStrategy.Poll];

    public static ConformanceCase Find(string name) => Cases.Single(one => one.Name == name);
}

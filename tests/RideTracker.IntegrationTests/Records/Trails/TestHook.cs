using RideTracker.Records.Database;
using RideTracker.Records.Trails;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>Hears of fixes that were written, keeps their names, and does what a test wants of it inside the transaction.</summary>
internal sealed class TestHook(Func<RecordsDb, IReadOnlyList<WrittenFix>, Task>? does = null) : IFixesWritten
{
    private readonly List<(string Driver, long TimeMs)> _heard = [];

    /// <summary>All it was told of, in turn.</summary>
    public IReadOnlyList<(string Driver, long TimeMs)> Heard
    {
        get { lock (_heard) return [.. _heard]; }
    }

    public async ValueTask OnWrittenAsync(RecordsDb db, IReadOnlyList<WrittenFix> fixes, CancellationToken cancellationToken)
    {
        lock (_heard) _heard.AddRange(fixes.Select(fix => (fix.Driver.Value, fix.Fix.FixTimeMs)));
        if (does is not null) await does(db, fixes);
    }
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Protocol;
using RideTracker.Protocol.Drivers;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Drivers;

/// <summary>Writes into the hub when drivers are off duty: each spell at its begin, and again with its end.</summary>
internal sealed class DutyProjector(HubConnection hub, TripProjector trips, TimeProvider time) : IProjected
{
    /// <summary>Kind of the outbox's rows; the key is the driver, the data a <see cref="Spell"/>.</summary>
    public const string Word = "duty";

    // Fixes may come a week late (Ingest:Checks:MaxAge).
    private static readonly TimeSpan KeepSpells = TimeSpan.FromDays(7);

    private readonly DutyProjection _projection = new(hub);

    public string Kind => Word;

    /// <summary>As <see cref="OffDutySpell"/>.</summary>
    public sealed record Spell(long From, long? To);

    public async Task ProjectAsync(RecordsDb db, string key, JsonElement? data, CancellationToken cancellationToken)
    {
        var driver = DriverId.Parse(key);
        if (data is { } spell)
        {
            var to = spell.TryGetProperty("to", out var end) ? end.GetInt64() : (long?)null;
            await WriteAsync(db, driver, new OffDutySpell(spell.GetProperty("from").GetInt64(), to), cancellationToken);
            return;
        }

        var since = (time.GetUtcNow() - KeepSpells).ToUnixTimeMilliseconds();
        foreach (var row in await db.Set<OffDutyRow>().AsNoTracking().Where(row => row.Driver == key && (row.ToMs == null || row.ToMs > since)).OrderBy(row => row.FromMs).ToListAsync(cancellationToken))
            await WriteAsync(db, driver, new OffDutySpell(row.FromMs, row.ToMs), cancellationToken);
    }

    public async Task<IReadOnlyList<string>> KeysAsync(RecordsDb db, string? after, int limit, CancellationToken cancellationToken)
    {
        var since = (time.GetUtcNow() - KeepSpells).ToUnixTimeMilliseconds();
        var spells = db.Set<OffDutyRow>().AsNoTracking().Where(row => row.ToMs == null || row.ToMs > since);
        if (after is not null) spells = spells.Where(row => string.Compare(row.Driver, after) > 0);
        return await spells.Select(row => row.Driver).Distinct().OrderBy(driver => driver).Take(limit).ToListAsync(cancellationToken);
    }

    private async Task WriteAsync(RecordsDb db, DriverId driver, OffDutySpell spell, CancellationToken cancellationToken)
    {
        try
        {
            await _projection.WriteAsync(driver, spell, cancellationToken);
        }
        catch (DriverBusyException)
        {
            await trips.FreeAsync(db, driver, cancellationToken);
            await _projection.WriteAsync(driver, spell, cancellationToken);
        }
    }
}

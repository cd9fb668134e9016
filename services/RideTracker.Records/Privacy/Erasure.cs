using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Protocol;
using RideTracker.Protocol.Drivers;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;
using RideTracker.Records.Tokens;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Privacy;

/// <summary>
/// Erases what is known of a driver or rider, and keeps a record that it was done (docs/adr/0016). Broken off anywhere, it is run again: each step is whole and can be
/// repeated. The tables are changed in one transaction.
/// </summary>
internal sealed class Erasure(IDbContextFactory<RecordsDb> databases, HubConnection hub, PersonInHub inHub, OutboxWriter outbox, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // Nodes look at the list of revoked tokens every 0.9 s; then nothing more comes from the person's devices.
    private static readonly TimeSpan NodesKnow = TimeSpan.FromSeconds(2);

    /// <summary>What would be erased, by table.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var rule in PersonalData.Rules.Where(rule => rule.IsAbout(person) && rule.Fate != Fate.Drained))
        {
            var found = await PersonalRows.CountAsync(db, rule, person, cancellationToken);
            if (found > 0) counts[rule.Table] = counts.GetValueOrDefault(rule.Table) + found;
        }

        return counts;
    }

    /// <summary>Erases.</summary>
    /// <param name="person">Who.</param>
    /// <param name="by">Who does it, for the record.</param>
    /// <param name="patience">How long to wait for what is on its way between Redis and the database.</param>
    /// <param name="progress">Is told what is waited for.</param>
    /// <param name="cancellationToken">Gives up; to be run again.</param>
    /// <returns>How many rows of each table, and what Redis had.</returns>
    /// <exception cref="ErasureRefusedException">It can't be done now; says what to do first.</exception>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<IReadOnlyDictionary<string, long>> RunAsync(Person person, string by, TimeSpan patience, TextWriter progress, CancellationToken cancellationToken)
    {
        var record = await BeginAsync(person, by, cancellationToken);
        var deadline = time.GetUtcNow() + patience;
        if (person.Kind == PersonKind.Driver) await TakeOffDutyAsync(DriverId.Parse(person.Id), cancellationToken);
        await UntilAsync(
            async () => !await IsInOutboxAsync(person, cancellationToken), deadline,
            "Changes are still on their way to Redis (table outbox). Records must be running and reach Redis; then run this again.", progress, cancellationToken);
        await Task.Delay(NodesKnow, time, cancellationToken);
        await UntilAsync(
            async () => !await inHub.IsQueuedAsync(person, cancellationToken), deadline,
            "Redis' queue to the history still has fixes of the driver. Records must be running to take them off; then run this again.", progress, cancellationToken);

        var trips = await TripsAsync(person, cancellationToken);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["redis"] = await inHub.EraseAsync(person, trips, cancellationToken) };
        await EraseRowsAsync(person, trips, record, counts, cancellationToken);
        if (await inHub.IsQueuedAsync(person, cancellationToken) || await inHub.IsLiveAsync(person, cancellationToken))
            throw new ErasureRefusedException("All that was known until now is erased, but the driver went on reporting meanwhile, with a token that was not issued here. End that token, then run this again.");
        return counts;
    }

    // Refuses, or leaves a record that it was begun, and takes the person's tokens away.
    private async Task<long> BeginAsync(Person person, string by, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await RefuseActiveAsync(db, person, cancellationToken);
        // One that was broken off goes on.
        var record = await db.Set<PrivacyRequest>().FirstOrDefaultAsync(
            row => row.Action == PrivacyRequest.Erase && row.Kind == person.Word && row.Subject == person.Id && row.Finished == null, cancellationToken);
        if (record is null) db.Add(record = new PrivacyRequest { Action = PrivacyRequest.Erase, Kind = person.Word, Subject = person.Id, By = by, Begun = time.GetUtcNow() });
        var now = time.GetUtcNow();
        var tokens = await db.Set<IssuedToken>().Where(token => token.Subject == person.Id && token.Role == person.Word && token.Revoked == null && token.Expires > now).ToListAsync(cancellationToken);
        foreach (var token in tokens)
        {
            (token.Revoked, token.RevokedBy) = (now, by);
            outbox.Add(db, RevokedTokens.Word, token.Jti);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
        return record.Id;
    }

    private async Task RefuseActiveAsync(RecordsDb db, Person person, CancellationToken cancellationToken)
    {
        if (person.Kind == PersonKind.Driver) await DriverLocks.TakeAsync(db, person.Id, null, cancellationToken);
        var trips = db.Set<TripRow>().AsNoTracking().Where(trip => trip.Status != TripStatus.Complete && trip.Status != TripStatus.Canceled);
        trips = person.Kind == PersonKind.Driver ? trips.Where(trip => trip.Driver == person.Id) : trips.Where(trip => trip.Rider == person.Id);
        if (await trips.OrderBy(trip => trip.Id).FirstOrDefaultAsync(cancellationToken) is { } trip)
            throw new ErasureRefusedException($"The {person.Word} is on trip {trip.Id} ({trip.Status.ToWire()}). Complete or cancel it first: POST /v1/trips/{trip.Id}/cancel.");
    }

    // The car leaves the maps, and nodes take nothing more of it.
    private async Task TakeOffDutyAsync(DriverId driver, CancellationToken cancellationToken)
    {
        var (duty, spell) = (new DutyProjection(hub), new OffDutySpell(time.GetUtcNow().ToUnixTimeMilliseconds(), null));
        try
        {
            await duty.WriteAsync(driver, spell, cancellationToken);
        }
        catch (DriverBusyException)
        {
            // On a trip that the database does not know to go on: left from an earlier life of one of the two.
            await new TripProjection(hub).ClearDriverAsync(driver, cancellationToken);
            await duty.WriteAsync(driver, spell, cancellationToken);
        }
    }

    private async Task<bool> IsInOutboxAsync(Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var rule in PersonalData.Rules.Where(rule => rule.Fate == Fate.Drained && rule.IsAbout(person)))
            if (await PersonalRows.CountAsync(db, rule, person, cancellationToken) > 0) return true;
        var tokens = db.Set<IssuedToken>().Where(token => token.Subject == person.Id).Select(token => token.Jti);
        return await db.Set<OutboxRow>().AnyAsync(row => row.Kind == RevokedTokens.Word && tokens.Contains(row.Key), cancellationToken);
    }

    // All of them: a slot shows its driver's last trip however long ago that was.
    private async Task<IReadOnlyList<(TripId Trip, DriverId? Driver)>> TripsAsync(Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        IQueryable<TripRow> trips = db.Set<TripRow>().AsNoTracking();
        trips = person.Kind == PersonKind.Driver ? trips.Where(trip => trip.Driver == person.Id) : trips.Where(trip => trip.Rider == person.Id);
        var found = await trips.Select(trip => new { trip.Id, trip.Driver }).ToListAsync(cancellationToken);
        return [.. found.Select(trip => (TripId.Parse(trip.Id), DriverId.TryParse(trip.Driver, out var driver) ? driver : (DriverId?)null))];
    }

    private async Task EraseRowsAsync(Person person, IReadOnlyList<(TripId Trip, DriverId? Driver)> trips, long record, SortedDictionary<string, long> counts, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        // A driver of a month has a million fixes.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await RefuseActiveAsync(db, person, cancellationToken);
        foreach (var rule in PersonalData.Rules.Where(rule => rule.IsAbout(person) && rule.Fate != Fate.Drained))
        {
            var erased = await PersonalRows.EraseAsync(db, rule, person, cancellationToken);
            if (erased > 0) counts[rule.Table] = counts.GetValueOrDefault(rule.Table) + erased;
        }

        // A rebuilding may have read what is committed still, and written it into Redis again. The next one reads after this commit.
        await OutboxLock.TakeAsync(db, cancellationToken);
        counts["redis"] += await inHub.EraseAsync(person, trips, cancellationToken);
        var row = await db.Set<PrivacyRequest>().SingleAsync(row => row.Id == record, cancellationToken);
        (row.Finished, row.Counts) = (time.GetUtcNow(), JsonSerializer.Serialize(counts));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, DateTimeOffset deadline, string otherwise, TextWriter progress, CancellationToken cancellationToken)
    {
        for (var told = false; !await isSo(); told = true)
        {
            if (time.GetUtcNow() > deadline) throw new ErasureRefusedException(otherwise);
            if (!told) await progress.WriteLineAsync("Waiting for what is on its way between Redis and the database ...");
            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }
}

/// <summary>An erasure can't be done now: the message says what to do first.</summary>
public sealed class ErasureRefusedException(string message) : Exception(message);

using System.Text;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Hub;
using StackExchange.Redis;

namespace RideTracker.Records.Privacy;

/// <summary>What the hub knows of a person: looks it up, and deletes it.</summary>
internal sealed class PersonInHub(HubConnection hub)
{
    // Elements of the queue that are looked at in one call.
    private const int Step = 64;

    private static readonly HubScript ForgetTrip = HubScript.Beside(typeof(PersonInHub), "forget-trip");

    /// <summary>Whether the queue to the history still has fixes of a driver.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<bool> IsQueuedAsync(Person person, CancellationToken cancellationToken)
    {
        if (person.Kind != PersonKind.Driver) return false;
        var database = await hub.OpenAsync(cancellationToken);
        var key = HubKeys.History(Partition(person));
        // A report's line begins with the driver (accept.lua).
        var line = Encoding.ASCII.GetBytes($"\n{person.Id} ");
        for (long from = 0; ; from += Step)
        {
            var elements = await Reach(() => database.ListRangeAsync(key, from, from + Step - 1), cancellationToken);
            foreach (var element in elements)
                if (((ReadOnlyMemory<byte>)element).Span.IndexOf(line) >= 0) return true;
            if (elements.Length < Step) return false;
        }
    }

    /// <summary>Deletes all that the hub has of a person.</summary>
    /// <param name="person">Who; the queue has nothing of it any more.</param>
    /// <param name="trips">Its trips with who drove them, all of them over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many keys and members went.</returns>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<long> EraseAsync(Person person, IReadOnlyList<(TripId Trip, DriverId? Driver)> trips, CancellationToken cancellationToken)
    {
        var database = await hub.OpenAsync(cancellationToken);
        var erased = 0L;
        foreach (var (trip, its) in trips)
        {
            if (person.Kind == PersonKind.Driver)
            {
                if (await Reach(() => database.HashGetAsync(HubKeys.Trip(trip), "driver"), cancellationToken) != person.Id) continue;
                await Reach(() => database.HashSetAsync(HubKeys.Trip(trip), "driver", "", When.Always), cancellationToken);
                erased++;
                continue;
            }

            // From where to where a rider went stands in the trip, its way, and the slot of who drove it last.
            erased += await Reach(() => database.KeyDeleteAsync(HubKeys.Trip(trip)), cancellationToken) ? 1 : 0;
            erased += await Reach(() => database.KeyDeleteAsync(HubKeys.Route(trip)), cancellationToken) ? 1 : 0;
            if (its is { } drove) erased += await hub.RunAsync(ForgetTrip, [HubKeys.Slot(HubKeys.Partition(drove, hub.Partitions), drove)], [trip.Value], cancellationToken);
        }

        if (person.Kind != PersonKind.Driver) return erased;
        var (driver, partition) = (DriverId.Parse(person.Id), Partition(person));
        erased += await Reach(() => database.KeyDeleteAsync([HubKeys.Slot(partition, driver), HubKeys.Track(partition, driver)]), cancellationToken);
        erased += await Reach(() => database.SortedSetRemoveAsync(HubKeys.Geo(partition), person.Id), cancellationToken) ? 1 : 0;
        erased += await Reach(() => database.SortedSetRemoveAsync(HubKeys.Heard(partition), person.Id), cancellationToken) ? 1 : 0;
        foreach (var arrival in await Reach(() => database.ListRangeAsync(HubKeys.Arrivals(partition)), cancellationToken))
        {
            if (Arrival.TryParse(((ReadOnlyMemory<byte>)arrival).Span, out var read) && read!.Driver == driver)
                erased += await Reach(() => database.ListRemoveAsync(HubKeys.Arrivals(partition), arrival), cancellationToken);
        }

        return erased;
    }

    /// <summary>Whether the hub has a live state of a driver.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<bool> IsLiveAsync(Person person, CancellationToken cancellationToken)
    {
        if (person.Kind != PersonKind.Driver) return false;
        var database = await hub.OpenAsync(cancellationToken);
        return await Reach(() => database.KeyExistsAsync(HubKeys.Slot(Partition(person), DriverId.Parse(person.Id))), cancellationToken);
    }

    /// <summary>A driver's live state and its last places, as the hub has them.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<(IReadOnlyList<KeyValuePair<string, string>> Slot, IReadOnlyList<string> Track)> ReadAsync(Person person, CancellationToken cancellationToken)
    {
        var database = await hub.OpenAsync(cancellationToken);
        var (driver, partition) = (DriverId.Parse(person.Id), Partition(person));
        var slot = await Reach(() => database.HashGetAllAsync(HubKeys.Slot(partition, driver)), cancellationToken);
        var track = await Reach(() => database.ListRangeAsync(HubKeys.Track(partition, driver)), cancellationToken);
        return ([.. slot.Select(field => KeyValuePair.Create((string)field.Name!, (string?)field.Value ?? ""))], [.. track.Select(element => (string?)element ?? "")]);
    }

    private int Partition(Person person) => HubKeys.Partition(DriverId.Parse(person.Id), hub.Partitions);

    private static async Task<T> Reach<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The hub can't be reached: {failure.Message}", failure);
        }
    }
}

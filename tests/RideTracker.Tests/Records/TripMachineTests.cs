using RideTracker.Protocol.Trips;
using RideTracker.Records.Trips;

namespace RideTracker.Tests.Records;

/// <summary>The whole table of the trip's life: every status with every command.</summary>
public class TripMachineTests
{
    // Columns: assign, arrive, start, complete, cancel. "-" is illegal.
    public static TheoryData<TripStatus, bool, string> Table => new()
    {
        { TripStatus.New, false, "enroute-to-pickup - - - canceled" },
        { TripStatus.EnrouteToPickup, true, "enroute-to-pickup - - - canceled" },
        { TripStatus.EnrouteToPickup, false, "enroute-to-pickup arrived-at-pickup enroute-to-dropoff - canceled" },
        { TripStatus.ArrivedAtPickup, false, "enroute-to-pickup - enroute-to-dropoff - canceled" },
        { TripStatus.EnrouteToDropoff, false, "- - - complete canceled" },
        { TripStatus.Complete, false, "- - - - -" },
        { TripStatus.Canceled, false, "- - - - -" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void EveryCommand_LeadsWhereTheTableSays(TripStatus status, bool queued, string row)
    {
        var commands = Enum.GetValues<TripCommand>();
        Assert.Equal(row, string.Join(' ', commands.Select(command => TripMachine.Next(status, queued, command)?.ToWire() ?? "-")));
        Assert.Equal(commands.Where((_, i) => row.Split(' ')[i] != "-"), TripMachine.Legal(status, queued));
    }

    [Fact]
    public void Table_HasEveryStatus() =>
        Assert.Equal(Enum.GetValues<TripStatus>().Order(), Table.Select(row => row.Data.Item1).Distinct().Order());

    [Fact]
    public void Ids_SortByTimeAndAreNeverTheSame()
    {
        var start = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 10_000).Select(i => TripIds.New(start.AddMilliseconds(i)).Value).ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => TripIds.New(start).Value).Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^t_[0-9a-hjkmnp-tv-z]{26}$", id));
    }
}

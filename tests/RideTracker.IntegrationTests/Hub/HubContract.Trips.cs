using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Trips as Records and the demo project them.</summary>
public abstract partial class HubContract
{
    private static readonly TripId T1 = TripId.Parse("t_1");

    [Fact]
    public async Task NewTrip_IsKnownWithoutADriver()
    {
        var node = await NodeAsync();
        var ear = await EarAsync(HubKeys.TripChannel(T1));

        await node.ProjectAsync(TripOf("t_1", null, TripStatus.New));

        var trip = await node.TripAsync(T1);
        Assert.Equal((TripStatus.New, 1, null, false), (trip.Status, trip.Version, trip.Driver, trip.Over));
        Assert.Equal(trip.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Single(await ear.AllAsync()).Text);
        Assert.DoesNotContain("driver", trip.Shared, StringComparison.Ordinal);
        Assert.InRange((await Database.KeyTimeToLiveAsync(HubKeys.Trip(T1)))!.Value.TotalDays, 6.9, 7);
    }

    [Fact]
    public async Task Assignment_IsNumberedAboveTheTripAndTheDriver()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await node.ProjectAsync(TripOf("t_1", null, TripStatus.New));
        // Whichever of the two is ahead, as after a restore.
        foreach (var (slotAhead, tripAhead) in ((long, long)[])[(0, 0), (50_000_000, 0), (0, 70_000_000)])
        {
            await Database.HashIncrementAsync(HubKeys.Slot(0, Ann), "n", slotAhead);
            await Database.HashIncrementAsync(HubKeys.Trip(T1), "n", tripAhead);
            var (slotBefore, tripBefore) = ((await node.SlotAsync(Ann)).Number, (await node.TripAsync(T1)).Number);
            var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, CellOf(Fix(0))));

            await node.ProjectAsync(TripOf("t_1", Ann, version: 2));

            var (slot, trip) = (await node.SlotAsync(Ann), await node.TripAsync(T1));
            Assert.True(trip.Number > tripBefore);
            Assert.True(slot.Number > trip.Number && slot.Number > slotBefore);
            Assert.Equal((T1, TripStatus.EnrouteToPickup, 2, false), (slot.Trip!.Id, slot.Trip.Status, slot.Trip.Version, slot.Trip.Over));
            Assert.True(slot.Busy);
            Assert.Equal(Ann, trip.Driver);
            var told = (await ear.AllAsync()).Select(one => HubMessage.Parse(one.Text)).ToList();
            Assert.Equal([('t', slotBefore, slot.Number, "t_1"), ('t', slotBefore, slot.Number, "t_1")], told.Select(one => (one.Kind, one.Previous, one.Number, one.Trip)));
        }
    }

    [Fact]
    public async Task SharedPart_IsTheInsideOfTheRidersState()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann) with { Route = new TripRoute(3, [(-122.42, 37.77), (-122.41, 37.78)], 240) });

        using var shared = System.Text.Json.JsonDocument.Parse("{" + (await node.SlotAsync(Ann)).Trip!.Shared + "}");

        Assert.Equal("Here", shared.RootElement.GetProperty("pickup").GetProperty("label").GetString());
        Assert.Equal(-122.4, shared.RootElement.GetProperty("dropoff").GetProperty("lng").GetDouble());
        Assert.Equal("7ABC123", shared.RootElement.GetProperty("driver").GetProperty("plate").GetString());
        Assert.Equal(3, shared.RootElement.GetProperty("route").GetInt32());
    }

    [Fact]
    public async Task FixesOnATrip_CarryItsIdUntilItsEnd()
    {
        var node = await NodeAsync();
        var ear = await EarOfAsync(Ann);
        Assert.False((await node.WriteAsync(Ann, Fix(0))).OnTrip);
        await node.ProjectAsync(TripOf("t_1", Ann));
        Assert.True((await node.WriteAsync(Ann, Fix(1))).OnTrip);
        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));
        Assert.False((await node.WriteAsync(Ann, Fix(2))).OnTrip);

        var told = (await ear.AllAsync()).Select(one => HubMessage.Parse(one.Text)).ToList();

        Assert.Equal([('f', "-"), ('t', "t_1"), ('f', "t_1"), ('t', "t_1"), ('f', "-")], told.Select(one => (one.Kind, one.Trip)));
        var previous = 0L;
        foreach (var message in told)
        {
            Assert.Equal(previous, message.Previous);
            Assert.True(message.Number > previous);
            previous = message.Number;
        }
    }

    [Fact]
    public async Task EndOfATrip_HasOneNumberInTripAndSlot()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.WriteAsync(Ann, Fix(1));
        var before = await node.SlotAsync(Ann);

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));

        var (slot, trip) = (await node.SlotAsync(Ann), await node.TripAsync(T1));
        Assert.True(slot.Number > before.Number);
        Assert.Equal(slot.Number, trip.Number);
        Assert.True(trip.Over && slot.Trip!.Over && !slot.Busy);
        Assert.Equal((TripStatus.Complete, TripStatus.Complete), (trip.Status, slot.Trip!.Status));
        Assert.InRange(trip.EndMs, NowMs() - 60_000, NowMs() + 5_000);
        Assert.Equal(slot.DroppedOffMs, slot.IdleSinceMs);
        Assert.InRange(slot.DroppedOffMs, NowMs() - 60_000, NowMs() + 5_000);
        Assert.DoesNotContain("plate", trip.Shared, StringComparison.Ordinal);
        Assert.DoesNotContain("plate", slot.Trip.Shared, StringComparison.Ordinal);
        Assert.InRange((await Database.KeyTimeToLiveAsync(HubKeys.Trip(T1)))!.Value.TotalHours, 24, 25);
    }

    [Fact]
    public async Task RepeatedWrites_LeaveTheSame()
    {
        var node = await NodeAsync();
        var ear = await EarOfAsync(Ann);
        await node.ProjectAsync(TripOf("t_1", Ann));
        var assigned = (await node.SlotAsync(Ann)).Trip;
        await node.ProjectAsync(TripOf("t_1", Ann));
        Assert.Equal(assigned, (await node.SlotAsync(Ann)).Trip);

        var end = TripOf("t_1", Ann, TripStatus.Canceled, version: 2);
        await node.ProjectAsync(end);
        var (slot, trip) = (await node.SlotAsync(Ann), await node.TripAsync(T1));
        await ear.AllAsync();
        await node.WriteAsync(Ann, Fix(1));
        await ear.AllAsync();
        var moved = await node.SlotAsync(Ann);
        await node.ProjectAsync(end);

        Assert.Equal(moved.Number, (await node.SlotAsync(Ann)).Number);
        Assert.Equal(slot.Trip, (await node.SlotAsync(Ann)).Trip);
        Assert.Empty(await ear.AllAsync());
        // The end keeps its number, so that a rider's cursor of it still holds.
        Assert.Equal(trip.Number, (await node.TripAsync(T1)).Number);
        Assert.Equal(trip.EndMs, (await node.TripAsync(T1)).EndMs);
    }

    [Fact]
    public async Task OldVersion_IsIgnored()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.ArrivedAtPickup, version: 5));
        var (slot, trip) = (await node.SlotAsync(Ann), await node.TripAsync(T1));
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.TripChannel(T1));

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.EnrouteToPickup, version: 4));

        Assert.Equal(slot.Trip, (await node.SlotAsync(Ann)).Trip);
        Assert.Equal((slot.Number, trip), ((await node.SlotAsync(Ann)).Number, await node.TripAsync(T1)));
        Assert.Empty(await ear.AllAsync());
    }

    [Fact]
    public async Task TripThatIsOver_DoesNotComeBack()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.EnrouteToDropoff, version: 3));

        Assert.False((await node.SlotAsync(Ann)).Busy);
        Assert.True((await node.TripAsync(T1)).Over);
    }

    [Fact]
    public async Task LateEndOfAnEarlierTrip_LeavesTheNextOne()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.Trips.ReleaseAsync(T1, Ann, 2, TestContext.Current.CancellationToken);
        await node.ProjectAsync(TripOf("t_2", Ann));

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));

        var slot = await node.SlotAsync(Ann);
        Assert.Equal(("t_2", true), (slot.Trip!.Id.Value, slot.Busy));
        Assert.True((await node.TripAsync(T1)).Over);
    }

    [Fact]
    public async Task QueuedTrip_DoesNotTouchTheDriver()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        var before = await node.SlotAsync(Ann);

        await node.ProjectAsync(TripOf("t_2", Ann) with { Queued = true });

        Assert.Equal(before.Trip, (await node.SlotAsync(Ann)).Trip);
        Assert.Equal(Ann, (await node.TripAsync(TripId.Parse("t_2"))).Driver);
    }

    [Fact]
    public async Task Phone_IsToldOfItsTripAndOfItsEnd()
    {
        var node = await NodeAsync();
        var told = System.Threading.Channels.Channel.CreateUnbounded<string>();
        using var listening = await node.Link.SubscribeControlAsync(
            Ann, trip => told.Writer.TryWrite(System.Text.Encoding.UTF8.GetString(trip.Span)), TestContext.Current.CancellationToken);

        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));

        using var trip = System.Text.Json.JsonDocument.Parse(await NextAsync());
        Assert.Equal("t_1", trip.RootElement.GetProperty("id").GetString());
        Assert.Equal("enroute-to-pickup", trip.RootElement.GetProperty("status").GetString());
        Assert.Equal(37.78, trip.RootElement.GetProperty("pickup").GetProperty("lat").GetDouble());
        Assert.Equal("null", await NextAsync());

        async Task<string> NextAsync() =>
            await told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Route_IsKeptByVersionUntilTheTripEnds()
    {
        var node = await NodeAsync();
        var line = new List<(double, double)> { (-122.42, 37.77), (-122.41, 37.78) };
        await node.ProjectAsync(TripOf("t_1", Ann) with { Route = new TripRoute(2, line, 240) });
        await node.ProjectAsync(TripOf("t_1", Ann) with { Route = new TripRoute(1, line, 99) });

        using var route = System.Text.Json.JsonDocument.Parse((await node.Reader.ReadRouteAsync(T1, TestContext.Current.CancellationToken))!);
        Assert.Equal((2, 240), (route.RootElement.GetProperty("version").GetInt32(), route.RootElement.GetProperty("seconds").GetInt32()));
        Assert.Equal(-122.41, route.RootElement.GetProperty("line")[1][0].GetDouble());

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));
        Assert.Null(await node.Reader.ReadRouteAsync(T1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SecondActiveTrip_IsRefusedUntilTheFirstIsOver()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await node.ProjectAsync(TripOf("t_1", Ann));
        var before = await node.SlotAsync(Ann);
        var ear = await EarOfAsync(Ann);

        var busy = await Assert.ThrowsAsync<DriverBusyException>(() => node.ProjectAsync(TripOf("t_2", Ann)));

        Assert.Equal(Ann, busy.Driver);
        Assert.Equal((before.Number, before.Trip), await node.SlotAsync(Ann) is var kept ? (kept.Number, kept.Trip) : default);
        Assert.Empty(await ear.AllAsync());

        await node.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 2));
        await node.ProjectAsync(TripOf("t_2", Ann));
        Assert.Equal("t_2", (await node.SlotAsync(Ann)).Trip!.Id.Value);
    }

    [Fact]
    public async Task ReleasedTrip_LeavesItsDriverIdleAndGoesOnWithAnother()
    {
        var node = await NodeAsync();
        var ct = TestContext.Current.CancellationToken;
        await node.WriteAsync(Ann, Fix(0));
        await node.WriteAsync(Bob, Fix(0));
        await node.ProjectAsync(TripOf("t_1", Ann));
        // As after a restore: the slot's numbers are ahead of the clock.
        await Database.HashIncrementAsync(HubKeys.Slot(0, Ann), "n", 50_000_000);
        await node.WriteAsync(Ann, Fix(1));
        var shown = (await node.SlotAsync(Ann)).Number;
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.ControlChannel(0, Ann), HubKeys.TripChannel(T1));

        await node.Trips.ReleaseAsync(T1, Ann, 2, ct);

        var (slot, trip) = (await node.SlotAsync(Ann), await node.TripAsync(T1));
        Assert.Equal((null, false), (slot.Trip, slot.Busy));
        Assert.Equal((null, false), (trip.Driver, trip.Over));
        Assert.True(slot.Number > shown && trip.Number > slot.Number, "riders would take the trip without its driver for an older state");
        Assert.InRange(slot.IdleSinceMs, NowMs() - 60_000, NowMs() + 5_000);
        var told = await ear.AllAsync();
        Assert.Equal(('t', "t_1"), HubMessage.Parse(told[0].Text) is var message ? (message.Kind, message.Trip) : default);
        Assert.Equal("null", told[1].Text);
        Assert.Equal(HubKeys.TripChannel(T1), Assert.Single(told[2..]).Channel);

        // Again, as after a crash in between.
        await node.Trips.ReleaseAsync(T1, Ann, 2, ct);
        Assert.Empty(await ear.AllAsync());

        await node.ProjectAsync(TripOf("t_1", Bob, version: 2));
        Assert.True((await node.SlotAsync(Bob)).Number > trip.Number);
        Assert.Equal(Bob, (await node.TripAsync(T1)).Driver);
        await node.Trips.ReleaseAsync(T1, Ann, 2, ct);
        Assert.Equal(Bob, (await node.TripAsync(T1)).Driver);

        // And back to the first one: a late repeat of the release does not take it away.
        await node.Trips.ReleaseAsync(T1, Bob, 3, ct);
        await node.ProjectAsync(TripOf("t_1", Ann, version: 3));
        await node.Trips.ReleaseAsync(T1, Ann, 2, ct);
        Assert.Equal(T1, (await node.SlotAsync(Ann)).Trip?.Id);
        Assert.Equal(Ann, (await node.TripAsync(T1)).Driver);
    }

    [Fact]
    public async Task TripThatNobodyKnows_IsTakenFromItsDriver()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_of_an_earlier_life", Ann, version: 9));

        await node.Trips.ClearDriverAsync(Ann, TestContext.Current.CancellationToken);

        Assert.False((await node.SlotAsync(Ann)).Busy);
        await node.ProjectAsync(TripOf("t_1", Ann));
        Assert.Equal(T1, (await node.SlotAsync(Ann)).Trip?.Id);
    }
}

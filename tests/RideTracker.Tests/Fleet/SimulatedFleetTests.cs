using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;

namespace RideTracker.Tests.Fleet;

/// <summary>Rides live their whole life, in order, and some are always long.</summary>
public class SimulatedFleetTests
{
    private static readonly Town Town = Town.Create();

    [Fact]
    public async Task Rides_GoThroughTheirLifeInOrder_AndTroubleIsRepeated()
    {
        var rides = new RecordedRides { FailFirstCalls = true };
        await DriveAsync(new() { Server = Unreachable, Token = NoToken, Cars = 3, LongRides = 0, BusyShare = 1 }, rides, _ => rides.Completed.Count >= 6);
        Assert.All(rides.Completed, id => Assert.Equal(["requested", "assigned", "arrived", "started", "completed"], rides.Words[id]));
    }

    [Fact]
    public async Task Rides_OfAFleet_AreAlwaysLongEnoughForFive()
    {
        var rides = new RecordedRides();
        var fewest = int.MaxValue;
        await DriveAsync(new() { Server = Unreachable, Token = NoToken, Cars = 60 }, rides, fleet =>
        {
            if (rides.Completed.Count == 0) return false;
            fewest = Math.Min(fewest, fleet.Rides.Count(r => r.Remaining > TimeSpan.FromMinutes(10)));
            return rides.Completed.Count >= 150;
        });
        Assert.True(fewest >= 5, $"Only {fewest} rides went on for ten more minutes.");
    }

    [Fact]
    public void Drivers_HavePlatesOfTheirOwn()
    {
        var fleet = new SimulatedFleet(new() { Server = Unreachable, Token = NoToken, Cars = 1_000 }, Town);
        Assert.Equal(1_000, fleet.Drivers.Select(d => d.Plate).Distinct().Count());
        Assert.Equal(1_000, fleet.Drivers.Select(d => d.Id).Distinct().Count());
    }

    private static Uri Unreachable => new("http://127.0.0.1:9");

    // Never comes, so that no connection makes timers of its own: while another thread wakes timers, Advance returns at once, and time would run away.
    private static ValueTask<string> NoToken(DriverId driver, CancellationToken cancellationToken) => new(new TaskCompletionSource<string>().Task.WaitAsync(cancellationToken));

    // Off the runner's synchronization context: under it, what a step of time sets off is queued and may come many steps later on a busy machine;
    // without it, it is done when Advance returns.
    private static Task DriveAsync(FleetOptions options, IRides rides, Func<SimulatedFleet, bool> isDone) =>
        Task.Run(() => DriveInStepsAsync(options, rides, isDone), TestContext.Current.CancellationToken);

    // Lets time run until the condition holds.
    private static async Task DriveInStepsAsync(FleetOptions options, IRides rides, Func<SimulatedFleet, bool> isDone)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var fleet = new SimulatedFleet(options, Town, rides, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = fleet.RunAsync(stop.Token);
        while (!isDone(fleet))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stop.CancelAsync();
        while (!running.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await running;
    }

    private sealed class RecordedRides : IRides
    {
        private int _count;
        private int _calls;

        public bool FailFirstCalls { get; init; }

        public ConcurrentDictionary<TripId, List<string>> Words { get; } = new();

        public ConcurrentBag<TripId> Completed { get; } = [];

        public ValueTask<TripId> RequestedAsync(RidePlan plan, CancellationToken cancellationToken)
        {
            if (FailFirstCalls && Interlocked.Increment(ref _calls) < 3) throw new IOException("The hub is away.");
            var id = TripId.Parse($"t_{Interlocked.Increment(ref _count)}");
            Words[id] = ["requested"];
            return new(id);
        }

        public ValueTask AssignedAsync(Ride ride, Leg toPickup, CancellationToken cancellationToken) => Write(ride, "assigned", toPickup);

        public ValueTask ArrivedAsync(Ride ride, CancellationToken cancellationToken) => Write(ride, "arrived", null);

        public ValueTask StartedAsync(Ride ride, Leg toDropoff, CancellationToken cancellationToken) => Write(ride, "started", toDropoff);

        public ValueTask CompletedAsync(Ride ride, CancellationToken cancellationToken)
        {
            Write(ride, "completed", null);
            Completed.Add(ride.Id);
            return default;
        }

        private ValueTask Write(Ride ride, string word, Leg? leg)
        {
            Words[ride.Id].Add(word);
            if (leg is not null && (leg.Line.Count < 2 || leg.Seconds <= 0)) throw new InvalidOperationException("A leg must lead somewhere.");
            return default;
        }
    }
}

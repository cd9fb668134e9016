using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Streets;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Routing;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Replay;

/// <summary>
/// ETAs against what real taxis took, on days that nothing was tuned on (June; May was), beside the straight line at the constant speed that is best on May.
/// </summary>
public sealed class TravelTimeTests(ITestOutputHelper output)
{
    private static readonly TripId Trip = TripId.Parse("fare");
    private static readonly DriverId Driver = DriverId.Parse("cab");

    private sealed record Sample(Fare Fare, int Fix)
    {
        public TracePoint Here => Fare.Fixes[Fix];

        public double SecondsLeft => Fare.SecondsBetween(Here, Fare.End);

        public double StraightLeft => Fare.Meters(Here, Fare.End);
    }

    [Fact]
    public void Fare_AtItsStart_IsEstimatedWithinThirtyPercent_AndBetterThanAtAnyConstantSpeed()
    {
        var (all, clean) = Fare.Read();
        List<Sample> tuning = Starts(clean.Where(fare => fare.IsForTuning)), kept = Starts(clean.Where(fare => !fare.IsForTuning));
        output.WriteLine($"{all} fares, {clean.Count} clean: {tuning.Count} of May, {kept.Count} of June");
        Assert.True(tuning.Count > 1_000 && kept.Count > 900, "fares are missing");

        Compare(tuning, kept, sample => TravelTime.Straight(sample.Here.Lat, sample.Here.Lng, sample.Fare.End.Lat, sample.Fare.End.Lng, sample.Here.TimeMs, null).Seconds);
    }

    [Fact]
    public void Fare_UnderWay_IsEstimatedBetterThanAtAnyConstantSpeed_AndThanWithoutItsRecentSpeed()
    {
        var clean = Fare.Read().Clean;
        List<Sample> tuning = UnderWay(clean.Where(fare => fare.IsForTuning)), kept = UnderWay(clean.Where(fare => !fare.IsForTuning));
        Assert.True(kept.Count > 6_000, "fixes are missing");

        // As a node reckons it: from the trip's state, without a way.
        var seen = Compare(tuning, kept, sample => StateAt(sample).Left(null)!.Value.Seconds);
        var without = new Errors(kept.Select(sample =>
            (TravelTime.Straight(sample.Here.Lat, sample.Here.Lng, sample.Fare.End.Lat, sample.Fare.End.Lng, sample.Here.TimeMs, null).Seconds, sample.SecondsLeft)));
        output.WriteLine($"without the recent speed: {without}");
        Assert.True(seen.Median < without.Median);
    }

    [Fact]
    public async Task Fare_OverKnownStreets_IsEstimatedBetterThanAtAnyConstantSpeed()
    {
        var streets = await StreetsAsync();
        var clean = Fare.Read().Clean.Where(fare => fare.Fixes.All(IsInTheMiddle)).ToList();
        List<Sample> tuning = Starts(clean.Where(fare => fare.IsForTuning)), kept = Starts(clean.Where(fare => !fare.IsForTuning));
        Assert.True(kept.Count > 500, "fares are missing");
        var ways = tuning.Concat(kept).ToDictionary(sample => sample, sample => Plan(streets, sample));
        Assert.All(ways.Values, way => Assert.False(way.IsEstimate));

        output.WriteLine($"way by straight line: {Median(ways.Select(way => way.Value.Meters / way.Key.StraightLeft)):F2}");
        Compare(tuning, kept, sample => ways[sample].Seconds);
        Assert.InRange(Median(ways.Select(way => way.Value.Meters / way.Key.StraightLeft)), TravelTime.DetourFactor - 0.05, TravelTime.DetourFactor + 0.05);
    }

    [Fact]
    public async Task Fare_UnderWayOnAPlannedWay_IsEstimatedBetterThanAtAnyConstantSpeed()
    {
        var streets = await StreetsAsync();
        var clean = Fare.Read().Clean.Where(fare => fare.Fixes.All(IsInTheMiddle)).ToList();
        List<Sample> tuning = UnderWay(clean.Where(fare => fare.IsForTuning)), kept = UnderWay(clean.Where(fare => !fare.IsForTuning));
        // Planned once, at the fare's start, and never again: a third of the fixes is off it, and gets the straight line's estimate.
        var ways = clean.ToDictionary(fare => fare, fare => Progress(Plan(streets, new Sample(fare, 0))));
        output.WriteLine($"on the way: {kept.Count(sample => ways[sample.Fare].Remaining(sample.Here.Lat, sample.Here.Lng) is not null)} of {kept.Count}");
        Compare(tuning, kept, sample => StateAt(sample).Left(ways[sample.Fare])!.Value.Seconds);
    }

    private Errors Compare(List<Sample> tuning, List<Sample> kept, Func<Sample, double> estimate)
    {
        var bestMps = Enumerable.Range(20, 180).Select(tenths => tenths / 10.0).MinBy(mps => AtSpeed(tuning, mps).Median);
        var (ours, constant) = (new Errors(kept.Select(sample => (estimate(sample), sample.SecondsLeft))), AtSpeed(kept, bestMps));
        output.WriteLine($"estimate, May: {new Errors(tuning.Select(sample => (estimate(sample), sample.SecondsLeft)))}");
        output.WriteLine($"estimate, June: {ours}");
        output.WriteLine(FormattableString.Invariant($"straight line at {bestMps} m/s, June: {constant}"));
        Assert.True(ours.Median < 0.3, $"{ours}");
        Assert.True(ours.Median < constant.Median, $"{ours}; at {bestMps} m/s {constant}");
        return ours;
    }

    private static Errors AtSpeed(List<Sample> samples, double mps) => new(samples.Select(sample => (sample.StraightLeft / mps, sample.SecondsLeft)));

    private static List<Sample> Starts(IEnumerable<Fare> fares) => fares.Select(fare => new Sample(fare, 0)).ToList();

    // Nearer to the end a second more or less is all there is.
    private static List<Sample> UnderWay(IEnumerable<Fare> fares) => fares
        .SelectMany(fare => Enumerable.Range(2, Math.Max(0, fare.Fixes.Count - 3)).Select(fix => new Sample(fare, fix)))
        .Where(sample => sample.SecondsLeft >= 60 && sample.StraightLeft >= 300)
        .ToList();

    // The box of the streets: what lies around them is not in the file.
    private static bool IsInTheMiddle(TracePoint point) => point is { Lat: >= 37.76 and <= 37.80, Lng: >= -122.45 and <= -122.38 };

    // The state of a trip that the driver took at the fare's start, as a node reads it from the hub.
    private static TripState StateAt(Sample sample)
    {
        var (here, end) = (sample.Here, sample.Fare.End);
        var shared = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"pickup\":{{\"lat\":0,\"lng\":0}},\"dropoff\":{{\"lat\":{end.Lat},\"lng\":{end.Lng}}}");
        return TripState.From(new TripHead(Trip, TripStatus.EnrouteToDropoff, 1, Driver, shared) { Number = here.TimeMs }, new DriverSlot(Driver)
        {
            Number = here.TimeMs,
            Newest = new DriverFix(here.TimeMs, here.Lat, here.Lng),
            LastHeardMs = here.TimeMs,
            Trip = new SlotTrip(Trip, TripStatus.EnrouteToDropoff, 1, shared, sample.Fare.Start.TimeMs, false),
            Track = [.. sample.Fare.Fixes.Take(sample.Fix + 1).Select(point => new TrackPoint(point.TimeMs, point.TimeMs, point.Lat, point.Lng))],
        });
    }

    private static async Task<StreetMap> StreetsAsync()
    {
        await using var file = File.OpenRead(TraceFile.FindStreets());
        return new StreetMap(await StreetGraph.LoadGeoJsonAsync(file, TestContext.Current.CancellationToken));
    }

    private static PlannedWay Plan(StreetMap streets, Sample sample)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var planner = new StreetPlanner(streets, new RoutingMetrics(services.GetRequiredService<IMeterFactory>()), new Then(sample.Here.TimeMs));
        return planner.Plan(new GeoPoint(sample.Here.Lat, sample.Here.Lng), new GeoPoint(sample.Fare.End.Lat, sample.Fare.End.Lng));
    }

    private static RouteProgress Progress(PlannedWay way) => RouteProgress.Parse(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        version = 1,
        seconds = way.Seconds,
        line = way.Line.Select(point => new[] { point.Lng, point.Lat }),
    })))!;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>A clock that stands at a moment of 2008.</summary>
    private sealed class Then(long ms) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}

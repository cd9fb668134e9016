using RideTracker.Fleet;
using RideTracker.Fleet.Driving;
using RideTracker.Protocol.Streets;

namespace RideTracker.Tests.Fleet;

/// <summary>Cars keep to limits, to what a car can do, and to their plan.</summary>
public class DriveTests
{
    private static readonly Town Town = Town.Create();

    [Fact]
    public void Drive_OfAnyRoute_KeepsToTheLimitsAndToWhatACarCanDo()
    {
        var random = SeededRandom.Stream(7, 7);
        for (var n = 0; n < 25; n++)
        {
            var route = Town.Graph.FindRoute(random.Below(Town.Graph.NodeCount), random.Below(Town.Graph.NodeCount));
            if (route.Points.Count < 2) continue;
            var drive = new Drive(route, 1, random);
            var last = drive.At(0);
            Assert.Equal(0, last.SpeedMps);
            var meters = 0.0;
            for (var t = 0.1; t <= drive.Seconds; t += 0.1)
            {
                var motion = drive.At(t);
                Assert.InRange(motion.SpeedMps, 0, (90 / 3.6) + 0.01);
                Assert.InRange(motion.SpeedMps - last.SpeedMps, -0.25, 0.2);
                meters += last.Position.MetersTo(motion.Position);
                last = motion;
            }

            Assert.InRange(meters, route.LengthMeters * 0.97, route.LengthMeters * 1.001);
            Assert.Equal(0, drive.At(drive.Seconds).SpeedMps, 0.01);
            Assert.True(drive.Seconds >= route.FreeSeconds);
        }
    }

    [Fact]
    public void Drive_BeforeItsStartAndAfterItsEnd_StandsThere()
    {
        var route = Town.Graph.FindRoute(Town.Places[0].Node, Town.Places[3].Node);
        var drive = new Drive(route, 0.9, SeededRandom.Stream(1, 1));
        Assert.Equal(route.Points[0], drive.At(-5).Position);
        Assert.InRange(drive.At(drive.Seconds + 5).Position.MetersTo(route.Points[^1]), 0, 0.1);
    }

    [Fact]
    public void Phone_IsOffByAFewMetres_AndNowAndThenHasNoFix()
    {
        var phone = new Phone(SeededRandom.Stream(1, 2));
        var motion = new Motion(new GeoPoint(44.5, -30), 10, 90);
        var (errors, lost) = (new List<double>(), 0);
        for (var i = 1; i <= 20_000; i++)
        {
            if (!phone.TryTakeFix(1_764_000_000_000 + (i * 1000L), in motion, out var fix)) lost++;
            else errors.Add(motion.Position.MetersTo(new GeoPoint(fix.Latitude, fix.Longitude)));
        }

        errors.Sort();
        Assert.InRange(errors[errors.Count / 2], 1, 6);
        Assert.InRange(errors[^1], 3, 30);
        Assert.InRange(lost, 40, 500);
    }
}

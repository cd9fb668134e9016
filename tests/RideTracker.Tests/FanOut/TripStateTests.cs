using System.Text;
using System.Text.Json;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tests.FanOut;

public class TripStateTests
{
    private const long Start = 1_764_000_000_000;

    private static readonly TripId Trip = TripId.Parse("t_81");
    private static readonly DriverId Driver = DriverId.Parse("d1");
    private static readonly TripStateWriter Writer = new(new StateFramePool(), 15, 20, 100);

    [Fact]
    public void State_OfATripUnderWay_HasTheMembersOfTheContract()
    {
        var json = Json(State(Slot(Start, 3)), TripStateForm.ForAll);
        Assert.Equal("t_81", json.GetProperty("trip").GetString());
        Assert.Equal("enroute-to-pickup", json.GetProperty("status").GetString());
        Assert.Equal(7, json.GetProperty("version").GetInt32());
        Assert.Equal(Start + 2_000, json.GetProperty("vehicle").GetProperty("time").GetInt64());
        Assert.Equal(3, json.GetProperty("path").GetArrayLength());
        Assert.False(json.GetProperty("stale").GetBoolean());
        Assert.Equal(Start + 2_100, json.GetProperty("lastHeard").GetInt64());
        Assert.Equal("Pier", json.GetProperty("pickup").GetProperty("label").GetString());
        Assert.Equal(1_000, json.GetProperty("nextUpdateMs").GetInt64());
        Assert.False(json.TryGetProperty("reset", out _));
    }

    [Fact]
    public void State_BeforeTheFirstFix_HasNoVehicle()
    {
        var json = Json(State(Slot(Start, 0)), TripStateForm.ForAll);
        Assert.False(json.TryGetProperty("vehicle", out _));
        Assert.False(json.TryGetProperty("lastHeard", out _));
        Assert.Equal(0, json.GetProperty("path").GetArrayLength());
    }

    [Fact]
    public void State_OfATripQueuedBehindAnother_HasNoVehicle()
    {
        var slot = Slot(Start, 3);
        var other = slot with { Trip = slot.Trip! with { Id = TripId.Parse("t_80") } };
        var state = TripState.From(Head(), other);
        Assert.False(state.Active);
        Assert.False(Json(state, TripStateForm.ForAll).TryGetProperty("vehicle", out _));
    }

    [Fact]
    public void State_OfATripThatIsOver_ShowsNothingOfTheCar()
    {
        var state = TripState.From(Head() with { Over = true, Status = TripStatus.Complete }, Slot(Start, 3));
        var json = Json(state, TripStateForm.ForAll);
        Assert.Equal("complete", json.GetProperty("status").GetString());
        Assert.False(json.TryGetProperty("vehicle", out _));
        Assert.Equal(0, json.GetProperty("path").GetArrayLength());
    }

    [Fact]
    public void Path_ForAll_IsTheLast15SecondsAndAtMost20Places()
    {
        Assert.Equal(15, Path(Slot(Start, 60, stepMs: 1_000), TripStateForm.ForAll).Count);
        Assert.Equal(20, Path(Slot(Start, 60, stepMs: 250), TripStateForm.ForAll).Count);
    }

    [Fact]
    public void Path_AfterAResume_GoesBackToTheCursorAndAtMost100Places()
    {
        var slot = Slot(Start, 150, stepMs: 1_000);
        Assert.Equal(40, Path(slot, new TripStateForm(slot.Track[109].Number, false, 0)).Count);
        Assert.Equal(100, Path(slot, new TripStateForm(slot.Track[0].Number, false, 0)).Count);
        // Nothing missed: what everybody gets.
        Assert.Equal(15, Path(slot, new TripStateForm(slot.Number, false, 0)).Count);
    }

    [Fact]
    public void Path_BeginsWhereTheDriverTookTheTrip()
    {
        var slot = Slot(Start, 10);
        var taken = slot with { Trip = slot.Trip! with { TakenMs = Start + 7_000 } };
        Assert.Equal([Start + 7_000, Start + 8_000, Start + 9_000], Path(taken, TripStateForm.ForAll));
    }

    [Fact]
    public void Path_OfAPhoneWhoseClockIsAhead_ShowsNothingThatTheHubTookBeforeTheTrip()
    {
        var slot = Slot(Start, 10);
        var ahead = slot.Track.Select(point => point with { FixTimeMs = point.FixTimeMs + 20_000 }).ToList();
        var taken = slot with
        {
            Newest = slot.Newest!.Value with { FixTimeMs = ahead[^1].FixTimeMs },
            Track = ahead,
            Trip = slot.Trip! with { TakenMs = Start + 7_000 },
        };
        Assert.Equal([Start + 27_000, Start + 28_000, Start + 29_000], Path(taken, TripStateForm.ForAll));
    }

    [Fact]
    public void Vehicle_OlderThanWhatTheClientHasSeen_IsLeftOut()
    {
        var state = State(Slot(Start, 3));
        Assert.False(Json(state, new TripStateForm(null, true, Start + 2_001)).TryGetProperty("vehicle", out _));
        Assert.True(Json(state, new TripStateForm(null, true, Start + 2_000)).TryGetProperty("vehicle", out _));
    }

    [Fact]
    public void Message_WithTwoFixes_MovesTheCarAndItsPathOn()
    {
        var state = State(Slot(Start, 3));
        state.TurnStale(state.Number + 1);
        var text = $"f {state.Number} {Start + 5_000} t_81 d1 u0qj9 {Start + 5_001} 1500 7 0 0\n{Start + 3_000},47.1,8.1,5;{Start + 4_000},47.2,8.2,5,3.5,90;";
        Assert.True(HubMessage.TryParse(Encoding.ASCII.GetBytes(text), out var message));
        Assert.True(message.IsOf(Trip));
        state.Apply(in message);
        var json = Json(state, TripStateForm.ForAll);
        Assert.Equal(47.2, json.GetProperty("vehicle").GetProperty("lat").GetDouble());
        Assert.Equal(3.5, json.GetProperty("vehicle").GetProperty("speed").GetDouble());
        Assert.Equal(5, json.GetProperty("path").GetArrayLength());
        Assert.Equal(1_500, json.GetProperty("nextUpdateMs").GetInt64());
        Assert.False(json.GetProperty("stale").GetBoolean());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x 1 2 t d")]
    [InlineData("f 1 2 t")]
    [InlineData("f 1 2 t d cell 1 2 3 4 5")]
    [InlineData("f one 2 t d cell 1 2 3 4 5\n1,2,3;")]
    public void Message_ThatNoScriptWrites_IsRefused(string text) => Assert.False(HubMessage.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Message_OfAnIdleDriver_IsOfNoTrip()
    {
        Assert.True(HubMessage.TryParse("s 1 2 - d1"u8, out var message));
        Assert.False(message.Busy);
        Assert.False(message.IsOf(Trip));
    }

    [Fact]
    public void Route_HalfWay_LeavesHalfOfTheTime()
    {
        var route = RouteProgress.Parse("{\"version\":1,\"seconds\":200,\"line\":[[8.0,47.0],[8.01,47.0],[8.02,47.0]]}"u8.ToArray())!;
        var left = route.Remaining(47.0001, 8.01)!.Value;
        Assert.Equal(100, left.Seconds, 1.0);
        Assert.Equal(758, left.Meters, 2.0);
        Assert.Null(route.Remaining(47.1, 8.01));
        Assert.Null(RouteProgress.Parse("{\"version\":1,\"seconds\":200,\"line\":[[8.0,47.0]]}"u8.ToArray()));
        Assert.Null(RouteProgress.Parse("nonsense"u8.ToArray()));
    }

    [Fact]
    public void Eta_WithAWayToTheNextStop_IsWhatIsLeftOfIt()
    {
        var way = RouteProgress.Parse("{\"version\":3,\"seconds\":200,\"line\":[[8.0,47.01],[8.0,47.0]]}"u8.ToArray());
        var eta = Json(State(At(Noon, 47.005)), TripStateForm.ForAll, way).GetProperty("eta");
        Assert.Equal((100, 556), (eta.GetProperty("seconds").GetInt32(), eta.GetProperty("distance").GetInt32()));
    }

    [Fact]
    public void Eta_WithoutAWay_IsEstimatedFromTheStraightLine()
    {
        // 1,000 m north of the pickup, at noon by the sun, just taken.
        var eta = Json(State(At(Noon, 47 + 1_000 / 111_195.1)), TripStateForm.ForAll).GetProperty("eta");
        Assert.Equal(1_300, eta.GetProperty("distance").GetInt32());
        Assert.Equal(296, eta.GetProperty("seconds").GetInt32());
    }

    [Fact]
    public void Eta_OffTheWay_IsEstimatedFromTheStraightLine()
    {
        var way = RouteProgress.Parse("{\"version\":3,\"seconds\":200,\"line\":[[8.0,47.001],[8.0,47.0]]}"u8.ToArray());
        var eta = Json(State(At(Noon, 47 + 1_000 / 111_195.1)), TripStateForm.ForAll, way).GetProperty("eta");
        Assert.Equal(1_300, eta.GetProperty("distance").GetInt32());
    }

    [Fact]
    public void Eta_WhenTheTripHasBegunButItsWayEndsAtThePickup_IsEstimatedToTheDropoff()
    {
        const string stops = "\"route\":3,\"pickup\":{\"lat\":47,\"lng\":8},\"dropoff\":{\"label\":\"At the \\\"lake\\\"\",\"lat\":47.02,\"lng\":8}";
        var way = RouteProgress.Parse("{\"version\":3,\"seconds\":200,\"line\":[[8.0,47.01],[8.0,47.0]]}"u8.ToArray());
        var slot = At(Noon, 47);
        var begun = slot with { Trip = slot.Trip! with { Status = TripStatus.EnrouteToDropoff, Shared = stops } };
        Assert.Equal(2_891, Json(State(begun), TripStateForm.ForAll, way).GetProperty("eta").GetProperty("distance").GetInt32());
        var waiting = slot with { Trip = slot.Trip! with { Status = TripStatus.ArrivedAtPickup, Shared = stops } };
        Assert.Equal(0, Json(State(waiting), TripStateForm.ForAll).GetProperty("eta").GetProperty("distance").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"pickup\":7")]
    [InlineData("\"pickup\":{\"lat\":47}")]
    [InlineData("\"pickup\":{\"lat\":\"x\",\"lng\":8}")]
    [InlineData("\"pickup\":{")]
    public void Eta_OfATripWhoseStopCantBeRead_IsLeftOut(string shared)
    {
        var slot = At(Noon, 47);
        var state = State(slot with { Trip = slot.Trip! with { Shared = shared } });
        Assert.Null(state.Left(null));
    }

    [Fact]
    public void Eta_OfACarThatComesOnWell_IsShorter_AndOneThatStandsCountsAsAtItsStart()
    {
        var far = 47 + 3_000 / 111_195.1;
        var fresh = State(At(Noon, far)).Left(null)!.Value.Seconds;
        // The last 100 places of each: two minutes at 10 m/s, and at a red light.
        var driving = Driven(i => far + (119 - i) * 10 / 111_195.1);
        var standing = Driven(_ => far);
        Assert.Equal(0.8 * fresh, driving.Left(null)!.Value.Seconds, 0.5);
        Assert.Equal(fresh, standing.Left(null)!.Value.Seconds, 0.5);
    }

    [Fact]
    public void RecentSpeed_IsTheSameForANodeThatReadsNowAndOneThatFollowedForLong()
    {
        TripTrack followed = new(), read = new();
        for (var i = 0; i < 500; i++)
        {
            // Ever slower, so that what a node knows of earlier would show.
            var place = new TrackPoint(Noon + i * 1_000 + 50, Noon + i * 1_000, 47 + Math.Sqrt(i) * 1e-3, 8);
            followed.Add(in place);
            if (i >= 400) read.Add(in place);
        }

        Assert.Equal(RecentSpeed.Of(read), RecentSpeed.Of(followed));
        Assert.InRange(RecentSpeed.Of(read)!.Value, 2.3, 2.9);
    }

    [Fact]
    public void RecentSpeed_OfLessThanAMinute_IsUnknown()
    {
        var track = new TripTrack();
        Assert.Null(RecentSpeed.Of(track));
        for (var i = 0; i < 59; i++) track.Add(new TrackPoint(Noon + i * 1_000, Noon + i * 1_000, 47 + i * 1e-4, 8));
        Assert.Null(RecentSpeed.Of(track));
        track.Add(new TrackPoint(Noon + 60_000, Noon + 60_000, 47, 8));
        Assert.NotNull(RecentSpeed.Of(track));
    }

    // 12:00 by the sun at 8 degrees east.
    private static readonly long Noon = DateTimeOffset.Parse("2026-05-01T11:28:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static DriverSlot At(long timeMs, double lat) => Slot(timeMs, 1) with
    {
        Newest = new DriverFix(timeMs, lat, 8),
        Track = [new TrackPoint(timeMs + 50, timeMs, lat, 8)],
    };

    // A fix a second for two minutes, ending at noon.
    private static TripState Driven(Func<int, double> lat)
    {
        var slot = Slot(Noon - 119_000, 120);
        var track = slot.Track.Select((point, i) => point with { Latitude = lat(i) }).ToList();
        return State(slot with { Track = track, Newest = new DriverFix(Noon, track[^1].Latitude, 8) });
    }

    private static TripHead Head() => new(Trip, TripStatus.EnrouteToPickup, 7, Driver, "\"route\":3,\"pickup\":{\"lat\":47,\"lng\":8,\"label\":\"Pier\"}") { Number = Start - 10 };

    private static TripState State(DriverSlot slot) => TripState.From(Head(), slot);

    private static DriverSlot Slot(long start, int fixes, long stepMs = 1_000)
    {
        var track = Enumerable.Range(0, fixes).Select(i => new TrackPoint(start + i * stepMs + 50, start + i * stepMs, 47 + i * 1e-4, 8)).ToList();
        var last = start + (fixes - 1) * stepMs;
        return new DriverSlot(Driver)
        {
            Number = fixes == 0 ? start : track[^1].Number,
            Newest = fixes == 0 ? null : new DriverFix(last, track[^1].Latitude, 8) { AccuracyMeters = 5 },
            LastHeardMs = fixes == 0 ? 0 : last + 100,
            IntervalMs = fixes == 0 ? 0 : stepMs,
            Trip = new SlotTrip(Trip, TripStatus.EnrouteToPickup, 7, Head().Shared, start - 1_000, false),
            Track = track,
        };
    }

    private static List<long> Path(DriverSlot slot, TripStateForm form) =>
        Json(State(slot), form).GetProperty("path").EnumerateArray().Select(point => point[2].GetInt64()).ToList();

    private static JsonElement Json(TripState state, TripStateForm form, RouteProgress? way = null)
    {
        var frame = Writer.Encode(state, 0xb07a46c7, way, form);
        var json = JsonDocument.Parse(frame.Json.ToArray()).RootElement;
        frame.Release();
        return json;
    }
}

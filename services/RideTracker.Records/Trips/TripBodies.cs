using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using RideTracker.Protocol;
using RideTracker.Protocol.Geo;
using RideTracker.Records.Api;

namespace RideTracker.Records.Trips;

/// <summary>Body of <c>POST /v1/trips</c>.</summary>
public sealed record CreateTripBody(
    [property: Description("Who asked for the trip: any text of 1 to 128 characters; riders' tokens name the trip, not this."), Required] string? Rider,
    [property: Required] StopBody? Pickup,
    [property: Required] StopBody? Dropoff) : ICheckedBody
{
    public void Check(FieldErrors errors)
    {
        errors.RequireText("rider", Rider, 128);
        StopBody.Check(errors, "pickup", Pickup);
        StopBody.Check(errors, "dropoff", Dropoff);
    }
}

/// <summary>A place where the trip stops.</summary>
public sealed record StopBody(
    [property: Description("Degrees WGS 84, -85.05 to 85.05."), Required] double? Lat,
    [property: Description("Degrees WGS 84, -180 to 180."), Required] double? Lng,
    [property: Description("What people call it, up to 200 characters.")] string? Label)
{
    internal static void Check(FieldErrors errors, string field, StopBody? stop)
    {
        if (!errors.Require(field, stop)) return;
        errors.RequirePlace(field, stop!.Lat, stop.Lng);
        errors.CheckText($"{field}.label", stop.Label, 200);
    }
}

/// <summary>Body of <c>POST /v1/trips/{id}/assign</c>.</summary>
public sealed record AssignBody([property: Description("Who is to drive."), Required] string? Driver) : ICheckedBody
{
    public void Check(FieldErrors errors)
    {
        if (errors.Require("driver", Driver) && !DriverId.TryParse(Driver, out _)) errors.Add("driver", "is no driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ + are");
    }
}

/// <summary>Body of <c>PUT /v1/trips/{id}/route</c>.</summary>
public sealed record RouteBody(
    [property: Description("[longitude, latitude] pairs, 2 to 5,000."), Required] double[][]? Line,
    [property: Description("How long it takes from end to end, in seconds."), Required] double? Seconds) : ICheckedBody
{
    private const int MaxPoints = 5_000;

    public static int MaxBytes => 524_288;

    public void Check(FieldErrors errors)
    {
        errors.RequireNumber("seconds", Seconds, 0, 864_000);
        if (!errors.Require("line", Line)) return;
        if (Line!.Length is < 2 or > MaxPoints)
        {
            errors.Add("line", string.Create(CultureInfo.InvariantCulture, $"has {Line.Length} points, 2 to {MaxPoints} are right"));
            return;
        }

        for (var i = 0; i < Line.Length; i++)
        {
            if (Line[i] is not [>= -180 and <= 180, >= -GeoMath.MaxLatitude and <= GeoMath.MaxLatitude])
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"line[{i}]"), "must be [longitude, latitude] in degrees");
        }
    }
}

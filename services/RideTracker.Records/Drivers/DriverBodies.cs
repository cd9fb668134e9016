using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using RideTracker.Records.Api;

namespace RideTracker.Records.Drivers;

/// <summary>Body of <c>PUT /v1/drivers/{id}</c>.</summary>
public sealed record DriverBody(
    [property: Description("The full name; riders see its first word. 1 to 100 characters."), Required] string? Name,
    [property: Description("The car in words, up to 100 characters.")] string? Vehicle,
    [property: Description("Its plate, up to 20 characters.")] string? Plate) : ICheckedBody
{
    public void Check(FieldErrors errors)
    {
        errors.RequireText("name", Name, 100);
        errors.CheckText("vehicle", Vehicle, 100);
        errors.CheckText("plate", Plate, 20);
    }
}

/// <summary>Body of <c>POST /v1/drivers/{id}/duty</c>.</summary>
public sealed record DutyBody([property: Description("Whether the driver works from now on."), Required] bool? On) : ICheckedBody
{
    public void Check(FieldErrors errors) => errors.Require("on", On);
}

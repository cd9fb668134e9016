using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Hosting;

/// <summary>Settings of the Records host, section <c>Records</c>.</summary>
public sealed class RecordsOptions
{
    public const string Section = "Records";

    /// <summary>Largest request body, in bytes: a geofence of a country's coast fits.</summary>
    [Range(1_024, 100_000_000)]
    public long MaxBodyBytes { get; set; } = 4_194_304;
}

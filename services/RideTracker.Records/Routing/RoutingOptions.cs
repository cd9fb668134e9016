using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Routing;

/// <summary>Settings of routing, section <c>Routing</c>.</summary>
public sealed class RoutingOptions
{
    public const string Section = "Routing";

    /// <summary>A GeoJSON file of streets (LineStrings with <c>highway</c>, <c>oneway</c>, <c>maxspeed_kmh</c>) to plan ways over; none: ways are only estimated.</summary>
    public string? Streets { get; set; }

    /// <summary>Where an OSRM server answers, such as <c>http://osrm:5000/</c>; none: it is not asked.</summary>
    public string? Osrm { get; set; }

    /// <summary>How long the OSRM server may take before the way is planned without it, in milliseconds.</summary>
    [Range(50, 10_000)]
    public int TimeoutMs { get; set; } = 800;

    /// <summary>Failures of the OSRM server in a row after which it is left alone for a while.</summary>
    [Range(1, 100)]
    public int FailuresBeforePause { get; set; } = 3;

    /// <summary>How long it is left alone then, in seconds; after that one call tries it.</summary>
    [Range(1, 3_600)]
    public int PauseSeconds { get; set; } = 30;

    /// <summary>The OSRM server's address, with a slash at its end; null if it is not to be asked, or is no address.</summary>
    internal static Uri? OsrmAddress(string? osrm) =>
        Uri.TryCreate(osrm, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { Query: "", Fragment: "", UserInfo: "" }
            ? new Uri(address.AbsoluteUri.TrimEnd('/') + "/")
            : null;
}

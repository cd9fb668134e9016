using System.ComponentModel.DataAnnotations;

namespace RideTracker.Demo.Pages;

/// <summary>What the web map draws, where it signs people in, and who may frame it. Section <c>Map</c>.</summary>
public sealed class MapOptions
{
    public const string Section = "Map";

    /// <summary>A MapLibre style of an online map, such as <c>https://tiles.openfreemap.org/styles/liberty</c>; the streets of <see cref="Town"/> are drawn where it is not set.</summary>
    public string? StyleUrl { get; set; }

    /// <summary>A PMTiles file of vector tiles, by https or below <c>/map/</c>.</summary>
    public string? PmtilesUrl { get; set; }

    /// <summary>A GeoJSON file of streets, by https or below <c>/map/</c>, as Records reads them (<c>Routing:Streets</c>); the demo's own town where it is not set.</summary>
    public string? Town { get; set; }

    /// <summary>A folder whose files are served below <c>/map/</c>.</summary>
    public string? Folder { get; set; }

    /// <summary>Where the map looks first: <c>LONGITUDE,LATITUDE</c>.</summary>
    public string? Center { get; set; }

    /// <summary>How near it looks then: MapLibre's zoom, 0 (the world) to 22.</summary>
    [Range(0.0, 22.0)]
    public double? Zoom { get; set; }

    /// <summary>Whose map it is, as its licence asks.</summary>
    public string? Attribution { get; set; }

    /// <summary>The OIDC issuer that dispatchers sign in at; <c>Access:Authority</c> where it is not set.</summary>
    public string? OidcAuthority { get; set; }

    /// <summary>The name under which the issuer knows the map's pages: a public client with PKCE. Without it nobody signs in there.</summary>
    public string? OidcClientId { get; set; }

    /// <summary>What is asked of the issuer, words with spaces between.</summary>
    public string OidcScope { get; set; } = "openid";

    /// <summary>Further origins that pages may load map data from and talk to, with spaces between: where a style's tiles, or the issuer's token address, are at another host.</summary>
    public string? Origins { get; set; }

    /// <summary>Which sites may show the pages in a frame: <c>'none'</c>, <c>'self'</c>, or origins with spaces between.</summary>
    public string FrameAncestors { get; set; } = "'none'";
}

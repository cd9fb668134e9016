using System.Text.Json.Serialization;

namespace RideTracker.Demo.Pages;

/// <summary><c>/demo.json</c>: what somebody needs who wants to try the API by hand (protocol.md, section 6).</summary>
/// <param name="Trips">Trips that go on for ten more minutes at least.</param>
/// <param name="Driver">A driver of no simulated car.</param>
/// <param name="DriverToken">Its token, to report with.</param>
/// <param name="DriverTrip">Its trip, to watch what was reported.</param>
/// <param name="DispatcherToken">Sees every car, and makes drivers, trips, and tokens of drivers and riders.</param>
internal sealed record DemoDirectory(IReadOnlyList<TripWithToken> Trips, string Driver, string DriverToken, TripWithToken DriverTrip, string DispatcherToken);

/// <summary>A trip and a rider's token for it.</summary>
internal sealed record TripWithToken(string Id, string Token);

/// <summary><c>/demo/token</c>.</summary>
/// <param name="Token">The token.</param>
/// <param name="Expires">Unix time in milliseconds.</param>
internal sealed record FreshToken(string Token, long Expires);

/// <summary><c>/map/config.json</c>: what the web map draws, and where it looks first.</summary>
/// <param name="StyleUrl">A MapLibre style of an online map; null: the town is drawn.</param>
/// <param name="Pmtiles">A file of vector tiles, if there is one.</param>
/// <param name="Town">URL of the streets' GeoJSON.</param>
/// <param name="Center">[longitude, latitude].</param>
/// <param name="Zoom">MapLibre's zoom.</param>
/// <param name="Attribution">Whose map it is.</param>
/// <param name="Oidc">Where dispatchers sign in; null: by a token only.</param>
internal sealed record MapConfig(string? StyleUrl, string? Pmtiles, string? Town, double[] Center, double Zoom, string Attribution, MapSignIn? Oidc);

/// <summary>Where and as whom the pages ask for a token: authorization code with PKCE (RFC 7636).</summary>
internal sealed record MapSignIn(string Authority, string ClientId, string Scope);

[JsonSerializable(typeof(DemoDirectory))]
[JsonSerializable(typeof(FreshToken))]
[JsonSerializable(typeof(MapConfig))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DemoJson : JsonSerializerContext;

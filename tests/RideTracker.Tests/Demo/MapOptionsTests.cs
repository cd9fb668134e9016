using RideTracker.Demo.Pages;

namespace RideTracker.Tests.Demo;

public class MapOptionsTests
{
    [Fact]
    public void Policy_ByDefault_AllowsTheOwnFilesAlone()
    {
        var policy = Directives(new MapOptions());
        Assert.Equal("'none'", policy["default-src"]);
        foreach (var kind in (string[])["script-src", "style-src", "font-src", "connect-src", "worker-src", "manifest-src"]) Assert.Equal("'self'", policy[kind]);
        Assert.Equal("'self' data: blob:", policy["img-src"]);
        Assert.Equal(("'none'", "'none'", "'none'"), (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]));
    }

    [Fact]
    public void Policy_WithOnlineMapAndSignIn_AllowsTheirOriginsToo()
    {
        var policy = Directives(
            new MapOptions
            {
                StyleUrl = "https://tiles.openfreemap.org/styles/liberty",
                PmtilesUrl = "https://files.example.org:8443/city.pmtiles?v=1",
                Town = "/map/streets.geojson",
                Origins = "https://more.example.org https://tiles.openfreemap.org",
                FrameAncestors = "'self' https://rides.example.com",
            },
            "https://login.example.org/realms/rides");
        const string Others = "https://tiles.openfreemap.org https://files.example.org:8443 https://login.example.org https://more.example.org";
        Assert.Equal($"'self' {Others}", policy["connect-src"]);
        Assert.Equal($"'self' data: blob: {Others}", policy["img-src"]);
        Assert.Equal("'self'", policy["script-src"]);
        Assert.Equal("'self' https://rides.example.com", policy["frame-ancestors"]);
    }

    [Fact]
    public void Defaults_AreValid_AndSoAreEmptyOnes()
    {
        var validator = new MapOptionsValidator();
        Assert.True(validator.Validate(null, new MapOptions()).Succeeded);
        Assert.True(validator.Validate(null, new MapOptions { StyleUrl = "", PmtilesUrl = "", Town = "", Folder = "", Center = "", Attribution = "", OidcAuthority = "", OidcClientId = "", Origins = "" }).Succeeded);
    }

    [Fact]
    public void WrongSettings_AreAllNamed()
    {
        var failed = new MapOptionsValidator().Validate(null, new MapOptions
        {
            StyleUrl = "tiles.example.org",
            PmtilesUrl = "file:///etc/passwd",
            Town = "streets.geojson",
            Folder = "/there/is/no/such/folder",
            Center = "37.7;-122.4",
            OidcAuthority = "login.example.org",
            Origins = "https://a.example.org/path 'unsafe-eval'",
            FrameAncestors = "'none' https://a.example.org",
        });
        foreach (var setting in (string[])["StyleUrl", "PmtilesUrl", "Town", "Folder", "Center", "OidcAuthority", "Origins", "FrameAncestors"])
            Assert.Contains(failed.Failures!, failure => failure.StartsWith($"Map:{setting}", StringComparison.Ordinal));
        Assert.Equal(2, failed.Failures!.Count(failure => failure.StartsWith("Map:Origins", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("https://a.example.org;script-src")]
    [InlineData("https://a.example.org,*")]
    [InlineData("*; script-src *")]
    [InlineData("")]
    public void FrameAncestors_ThatWouldChangeThePolicy_AreRefused(string ancestors) =>
        Assert.False(new MapOptionsValidator().Validate(null, new MapOptions { FrameAncestors = ancestors }).Succeeded);

    [Fact]
    public void TownWithoutItsPlace_IsRefused() =>
        Assert.Contains("Map:Center", Assert.Single(new MapOptionsValidator().Validate(null, new MapOptions { Town = "/map/streets.geojson" }).Failures!), StringComparison.Ordinal);

    private static Dictionary<string, string> Directives(MapOptions map, string? authority = null) =>
        PagePolicy.Of(map, authority).Split("; ").Select(directive => directive.Split(' ', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
}

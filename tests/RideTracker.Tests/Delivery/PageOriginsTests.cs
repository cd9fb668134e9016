using Microsoft.Extensions.Options;
using RideTracker.Tracking.Delivery;

namespace RideTracker.Tests.Delivery;

public class PageOriginsTests
{
    [Theory]
    [InlineData("https://rides.example.com", true)]
    [InlineData("http://rides.example.com:5173", true)]
    [InlineData("https://partner.example.com", true)]
    [InlineData("https://PARTNER.example.com", true)]
    [InlineData("https://third.example.com", true)]
    [InlineData("http://partner.example.com", false)]
    [InlineData("https://rides.example.com.evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public void Page_OfTheSameHostOrANamedOrigin_MayWatch(string origin, bool may) =>
        Assert.Equal(may, Origins("https://partner.example.com/, https://second.example.com", "https://third.example.com", "").MayWatch(origin, "rides.example.com"));

    [Fact]
    public void Star_LetsAllWatch() => Assert.True(Origins("*").MayWatch("https://anywhere.example", "rides.example.com"));

    private static PageOrigins Origins(params string[] setting) => new(Options.Create(new DeliveryOptions { CorsOrigins = setting }));
}

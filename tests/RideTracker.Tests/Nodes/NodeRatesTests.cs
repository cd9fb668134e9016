using Microsoft.Extensions.Time.Testing;
using RideTracker.Tracking.Nodes;

namespace RideTracker.Tests.Nodes;

public class NodeRatesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Next_OfSteadySums_IsTheirRate()
    {
        var rates = new NodeRates(_time);
        Assert.Equal(default, rates.Next(default));
        for (var second = 2; second <= 60; second += 2)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(new PerSecond(100, 0.5, 400, 1), rates.Next(new NodeSums(100 * second, second / 2, 400 * second, second)));
        }
    }

    [Fact]
    public void Next_TenSecondsAfterABurst_HasForgottenIt()
    {
        var rates = new NodeRates(_time);
        rates.Next(default);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(500, rates.Next(new NodeSums(1_000, 0, 0, 0)).Fixes);
        var now = default(PerSecond);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(i == 0 || now.Fixes > 0);
            _time.Advance(TimeSpan.FromSeconds(2));
            now = rates.Next(new NodeSums(1_000, 0, 0, 0));
        }

        Assert.Equal(0, now.Fixes);
    }
}

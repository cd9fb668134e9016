using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Delivery.Seen;

namespace RideTracker.Tests.Delivery;

public sealed class SeenTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000));
    private readonly ServiceProvider _services;
    private readonly SeenLedger _ledger;

    public SeenTests()
    {
        _services = new ServiceCollection().AddMetrics().AddSingleton<SeenMetrics>().BuildServiceProvider();
        _ledger = new SeenLedger(_services.GetRequiredService<SeenMetrics>(), _time);
    }

    [Theory]
    [InlineData("""{"seen":840,"strategy":"sse"}""", 840, Strategy.Sse)]
    [InlineData("""{"more":[{"seen":1}],"strategy":"long-poll","seen":0.25}""", 0.25, Strategy.LongPoll)]
    [InlineData("""{"seen":3600000,"strategy":"poll"}""", 3_600_000, Strategy.Poll)]
    public void Report_ThatIsOne_IsRead(string json, double age, Strategy strategy)
    {
        Assert.Null(SeenReport.Read(Encoding.UTF8.GetBytes(json), out var report));
        Assert.Equal(new SeenReport(age, strategy), report);
    }

    [Theory]
    [InlineData("""{"strategy":"sse"}""", "seen")]
    [InlineData("""{"seen":-1,"strategy":"sse"}""", "seen")]
    [InlineData("""{"seen":3600001,"strategy":"sse"}""", "seen")]
    [InlineData("""{"seen":"840","strategy":"sse"}""", "seen")]
    [InlineData("""{"seen":1e999,"strategy":"sse"}""", "seen")]
    [InlineData("""{"seen":840}""", "strategy")]
    [InlineData("""{"seen":840,"strategy":"pigeon"}""", "strategy")]
    [InlineData("""{"seen":840,"strategy":null}""", "strategy")]
    [InlineData("[]", "object")]
    [InlineData("""{"seen":840,"strategy":"sse"}{}""", "JSON")]
    [InlineData("", "JSON")]
    public void Report_ThatIsNone_IsRefusedByTheMembersName(string json, string named) =>
        Assert.Contains(named, SeenReport.Read(Encoding.UTF8.GetBytes(json), out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"ping":42}""", "42", null)]
    [InlineData("""{"seen":1200}""", null, 1200.0)]
    [InlineData("""{"seen":1200,"ping":"x","later":{"seen":3}}""", "\"x\"", 1200.0)]
    [InlineData("""{"seen":"1200"}""", null, null)]
    public void Frame_OfARidersSocket_IsRead(string json, string? ping, double? age)
    {
        Assert.True(RiderFrame.TryRead(Encoding.UTF8.GetBytes(json), out var frame));
        Assert.Equal((ping, age), (frame.Ping is null ? null : Encoding.UTF8.GetString(frame.Ping), frame.SeenMs));
    }

    [Fact]
    public void Percentiles_OfReportsOfTheLastMinutes_AreWithinTheirRange()
    {
        for (var i = 0; i < 98; i++) Count(1_800);
        for (var i = 0; i < 2; i++) Count(25_000);

        var (p50, p99) = _ledger.Recent.Percentiles()!.Value;
        Assert.InRange(p50, 1_500, 2_000);
        Assert.InRange(p99, 20_000, 30_000);

        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(_ledger.Recent.Percentiles());
        Count(3_600_000);
        Assert.InRange(_ledger.Recent.Percentiles()!.Value.P50Ms, 900_000, 3_600_000);
    }

    [Fact]
    public void Flood_OfOneToken_CountsForNoMoreThanItsShare()
    {
        var counted = Enumerable.Range(0, 1_000).Count(_ => Count(3_600_000, "flood"));
        Assert.Equal(SeenLedger.Burst, counted);
        // Others count as before, unless their names happen to fall together; and it does again in time.
        Assert.Contains(true, new[] { "a", "b", "c" }.Select(other => Count(500, other)));
        _time.Advance(TimeSpan.FromMilliseconds(SeenLedger.EveryMs));
        Assert.True(Count(500, "flood"));
        Assert.False(Count(500, "flood"));
    }

    [Fact]
    public void Clock_SetBack_DoesNotSilenceAToken()
    {
        var ahead = new SettableTime(_time.GetUtcNow().AddDays(1));
        var ledger = new SeenLedger(_services.GetRequiredService<SeenMetrics>(), ahead);
        Assert.True(ledger.Count("t", new SeenReport(500, Strategy.Sse)));
        ahead.Now = _time.GetUtcNow();
        Assert.True(ledger.Count("t", new SeenReport(500, Strategy.Sse)));
    }

    [Fact]
    public void AgeOutOfRange_OfASocket_DoesNotCount()
    {
        foreach (var age in new[] { -1, double.NaN, double.PositiveInfinity, 3_600_001 }) Assert.False(Count(age));
        Assert.Null(_ledger.Recent.Percentiles());
    }

    public void Dispose() => _services.Dispose();

    private bool Count(double ageMs, string? token = null) => _ledger.Count(token ?? Guid.NewGuid().ToString(), new SeenReport(ageMs, Strategy.Sse));

    private sealed class SettableTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Targets;

namespace RideTracker.Tests.LoadTest;

public sealed class DeliveriesTests : IDisposable
{
    private readonly Poller _poller = new();
    private readonly SendLog _log = new(2, 10, 10);
    private readonly Deliveries _deliveries;

    public DeliveriesTests() => _deliveries = new Deliveries(_log, Stamp.FixTime);

    [Fact]
    public void State_CountsOncePerRider_AndOnlyIfItIsNewer()
    {
        Rider first = Rider(0), second = Rider(2);
        _log.Sent(0, 1_000, 10);
        _log.Sent(0, 2_000, 20);
        _deliveries.Begin(0);

        _deliveries.OnState(first, 1_000);
        _deliveries.OnState(first, 1_000);
        _deliveries.OnState(second, 1_000);
        _deliveries.OnState(first, 2_000);
        _deliveries.OnState(first, 1_000);

        Assert.Equal(3, _deliveries.Measured);
        Assert.Equal(1, _deliveries.Backwards);
        Assert.Equal(20, first.LastSentNs);
    }

    [Fact]
    public void State_OfAnotherTopicOrUnknown_DoesNotCount()
    {
        _log.Sent(0, 1_000, 10);
        _deliveries.Begin(0);
        _deliveries.OnState(Rider(1), 1_000);
        Assert.Equal(0, _deliveries.Measured);
        Assert.Equal(1, _deliveries.Unknown);
    }

    [Fact]
    public void State_SentOutsideTheMeasuredWindow_IsNotMeasured()
    {
        var rider = Rider(0);
        _log.Sent(0, 1, 10);
        _log.Sent(0, 2, 20);
        _log.Sent(0, 3, 30);
        _deliveries.Begin(20);
        _deliveries.UntilNs = 30;
        _deliveries.OnState(rider, 1);
        _deliveries.OnState(rider, 2);
        _deliveries.OnState(rider, 3);
        Assert.Equal(1, _deliveries.Measured);
        Assert.Equal(3, _deliveries.Total);
    }

    public void Dispose() => _poller.Dispose();

    // Even riders watch topic 0, odd ones topic 1.
    private Rider Rider(int index) => RideTracker.LoadTest.Generator.Rider.Create(
        _poller,
        new RiderPlan { Port = 1, Wire = RiderWire.Sse, Count = 4, TopicOf = rider => rider % 2, Stamp = Stamp.FixTime, Request = (_, _) => [] },
        _deliveries,
        index);
}

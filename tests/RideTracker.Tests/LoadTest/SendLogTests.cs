using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class SendLogTests
{
    [Fact]
    public void Message_IsFoundByItsTopicAndTime()
    {
        var log = new SendLog(2, 100, 10);
        log.Sent(0, 1_000, 5);
        log.Sent(1, 1_000, 6);
        log.Sent(0, 1_002, 7);
        Assert.Equal(5, log.Find(0, 1_000));
        Assert.Equal(6, log.Find(1, 1_000));
        Assert.Equal(7, log.Find(0, 1_002));
        Assert.Equal(-1, log.Find(0, 1_001));
        Assert.Equal(-1, log.Find(1, 1_002));
        Assert.Equal(-1, log.Find(0, 1));
    }

    [Fact]
    public void Message_FromTooLongAgo_IsForgotten()
    {
        var log = new SendLog(1, 1, 1);
        for (var i = 1; i <= 17; i++) log.Sent(0, i, i);
        Assert.Equal(-1, log.Find(0, 1));
        Assert.Equal(2, log.Find(0, 2));
        Assert.Equal(17, log.Find(0, 17));
    }

    [Fact]
    public void FixTimes_OfATopic_AreEachItsOwn()
    {
        var log = new SendLog(1, 1, 1);
        Assert.Equal(1_000, log.NextFixTime(0, 1_000, 1));
        Assert.Equal(1_001, log.NextFixTime(0, 1_000, 1));
        Assert.Equal(1_021, log.NextFixTime(0, 1_001, 20));
        Assert.Equal(2_000, log.NextFixTime(0, 2_000, 20));
    }
}

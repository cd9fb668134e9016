using RideTracker.Tracking.FanOut;

namespace RideTracker.Tests.FanOut;

public class MailboxTests
{
    [Fact]
    public async Task Take_AfterSeveralStates_FindsTheNewestAndCountsTheOthers()
    {
        var mailbox = new Mailbox();
        foreach (var name in new[] { "a", "b", "c" }) mailbox.Offer(Frame(name));
        var mail = await mailbox.TakeAsync();
        Assert.Equal("c", mail.Frame!.Cursor);
        Assert.Equal(2, mailbox.Replaced);
        Assert.Null(mail.Goodbye);
    }

    [Fact]
    public async Task Take_WithNothingThere_WaitsForTheFirstThing()
    {
        var mailbox = new Mailbox();
        var taking = mailbox.TakeAsync().AsTask();
        Assert.False(taking.IsCompleted);
        mailbox.OfferAlive();
        Assert.True((await taking).Alive);
        taking = mailbox.TakeAsync().AsTask();
        Assert.False(taking.IsCompleted);
        mailbox.Offer(Frame("a"));
        mailbox.Wake();
        var mail = await taking;
        Assert.Equal("a", mail.Frame!.Cursor);
        Assert.False(mail.Alive);
    }

    [Fact]
    public async Task Close_Twice_KeepsTheFirstReasonAndTheStateBeforeIt()
    {
        var mailbox = new Mailbox();
        mailbox.Offer(Frame("last"));
        mailbox.Close(new Goodbye(GoodbyeKind.End, "trip-complete"));
        mailbox.Close(Goodbye.Disconnected);
        var mail = await mailbox.TakeAsync();
        Assert.Equal("last", mail.Frame!.Cursor);
        Assert.Equal("trip-complete", mail.Goodbye!.Reason);
    }

    [Fact]
    public async Task Mailbox_ManyWritersAtOnce_LosesNoWakeUpAndEndsWithTheGoodbye()
    {
        var mailbox = new Mailbox();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                mailbox.Offer(Frame($"{writer}-{i}"));
                mailbox.Wake();
            }
        })).ToArray();
        var reader = Task.Run(async () =>
        {
            var got = 0;
            while (true)
            {
                var mail = await mailbox.TakeAsync();
                if (mail.Frame is not null) got++;
                if (mail.Goodbye is not null) return got;
            }
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(writers);
        mailbox.Close(Goodbye.Deadline);
        Assert.Equal(20_000, await reader + mailbox.Replaced);
    }

    [Fact]
    public void Frame_IsOneEventWithItsJsonInside()
    {
        var frame = Frame("c-1");
        Assert.Equal("event: position\nid: c-1\ndata: {}\n\n", System.Text.Encoding.UTF8.GetString(frame.Event.Span));
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(frame.Json.Span));
    }

    private static StateFrame Frame(string cursor) => StateFrame.Encode(cursor, to =>
    {
        "{}"u8.CopyTo(to.GetSpan(2));
        to.Advance(2);
    });
}

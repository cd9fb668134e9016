using Microsoft.AspNetCore.Http;
using RideTracker.Tracking.Delivery;

namespace RideTracker.Tests.Delivery;

public class PreconditionsTests
{
    [Theory]
    [InlineData("wait=10", 10)]
    [InlineData("respond-async, wait=10", 10)]
    [InlineData("Wait = 10", 10)]
    [InlineData("wait=\"7\"; x=1", 7)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=99999999999", int.MaxValue)]
    [InlineData("wait=99999999999999999999", int.MaxValue)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=soon", null)]
    [InlineData("wait", null)]
    [InlineData("respond-async", null)]
    public void PreferHeader_IsReadAsRfc7240Says(string header, int? seconds)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["Prefer"] = header;
        Assert.Equal(seconds, Preconditions.WaitSeconds(context.Request));
    }

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("W/\"a\"", "a")]
    [InlineData("\"a-gzip\"", "a")]
    [InlineData("\"a\", W/\"b\"", "a|b")]
    [InlineData("*", "*")]
    public void IfNoneMatch_WeakTagsListsAndProxySuffixes_AreUnderstood(string header, string tags)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.IfNoneMatch = header;
        Assert.Equal(tags.Split('|'), Preconditions.EntityTags(context.Request));
    }

    [Theory]
    [InlineData("GET", "text/event-stream", null, Strategy.Sse)]
    [InlineData("GET", "application/json, text/event-stream;q=0.5", "wait=5", Strategy.Sse)]
    [InlineData("GET", "text/event-stream;q=0", "wait=5", Strategy.LongPoll)]
    [InlineData("GET", "*/*", null, Strategy.Poll)]
    [InlineData("GET", "*/*", "wait=0", Strategy.Poll)]
    [InlineData("HEAD", "text/event-stream", null, Strategy.Poll)]
    public void Strategy_FollowsThePrecedenceOfTheContract(string method, string accept, string? prefer, Strategy strategy)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Headers.Accept = accept;
        if (prefer is not null) context.Request.Headers["Prefer"] = prefer;
        Assert.Equal(strategy, Preconditions.StrategyOf(context));
    }

    [Theory]
    [InlineData("bbox=8,46,9,47", null)]
    [InlineData("bbox=179,-1,-179,1&interval=250", null)]
    [InlineData("near=47,8&radius=500&limit=5", null)]
    [InlineData("", "bbox")]
    [InlineData("bbox=8,46,9,47&near=47,8", "bbox")]
    [InlineData("bbox=8,46,9", "bbox")]
    [InlineData("bbox=8,47,9,46", "south")]
    [InlineData("bbox=8,46,181,47", "bbox")]
    [InlineData("bbox=NaN,46,9,47", "bbox")]
    [InlineData("bbox=8,46,9,47&interval=249", "interval")]
    [InlineData("near=91,8", "near")]
    [InlineData("near=47,8&radius=10001", "radius")]
    [InlineData("near=47,8&radius=0", "radius")]
    [InlineData("near=47,8&limit=51", "limit")]
    [InlineData("near=47,8&limit=two", "limit")]
    public void ViewportQuery_WhatIsWrong_IsNamed(string query, string? named)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query.Length == 0 ? "" : "?" + query);
        var read = ViewportQuery.TryRead(context.Request.Query, new DeliveryOptions(), out var found, out var wrong);
        Assert.Equal(named is null, read);
        if (named is null) Assert.NotNull(found);
        else Assert.Contains(named, wrong);
    }
}

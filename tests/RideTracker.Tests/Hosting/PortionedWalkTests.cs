using System.Collections.Concurrent;
using RideTracker.Tracking.Hosting;

namespace RideTracker.Tests.Hosting;

/// <summary>A look at many things, a portion at a time.</summary>
public sealed class PortionedWalkTests
{
    [Fact]
    public void A_walk_sees_all_entries_once_in_as_many_portions_as_it_is_told()
    {
        var all = new ConcurrentDictionary<int, string>(Enumerable.Range(0, 1_000).Select(static i => KeyValuePair.Create(i, "x")));
        var walk = new PortionedWalk<int, string>(all, portions: 10);
        var seen = new List<int>();
        var sizes = new List<int>();
        do
        {
            var before = seen.Count;
            walk.Next((key, _) => seen.Add(key));
            sizes.Add(seen.Count - before);
        }
        while (walk.IsUnderWay);

        Assert.Equal(Enumerable.Range(0, 1_000), seen.Order());
        // The end is found by the look after the last portion.
        Assert.Equal([.. Enumerable.Repeat(100, 10), 0], sizes);
    }

    [Fact]
    public void A_few_entries_are_one_portion_and_the_next_walk_begins_anew()
    {
        var all = new ConcurrentDictionary<int, string>(Enumerable.Range(0, 20).Select(static i => KeyValuePair.Create(i, "x")));
        var walk = new PortionedWalk<int, string>(all, portions: 10);
        var seen = 0;
        walk.Next((_, _) => seen++);
        Assert.Equal(20, seen);
        Assert.False(walk.IsUnderWay);
        all[20] = "new";
        walk.Next((_, _) => seen++);
        Assert.Equal(41, seen);
    }

    [Fact]
    public void A_walk_during_which_thousands_come_ends_in_as_many_portions()
    {
        // It is large already, so that its enumerator sees what comes.
        var all = new ConcurrentDictionary<int, string>(Enumerable.Range(0, 10_000).Select(static i => KeyValuePair.Create(i, "x")));
        for (var i = 100; i < 10_000; i++) Assert.True(all.TryRemove(i, out _));
        var walk = new PortionedWalk<int, string>(all, portions: 10);
        var seen = 0;
        walk.Next((_, _) => seen++);
        Assert.True(walk.IsUnderWay);
        for (var i = 100; i < 10_000; i++) all[i] = "come";
        var more = 0;
        for (; walk.IsUnderWay; more++) walk.Next((_, _) => seen++);
        Assert.True(seen > 5_000, $"{seen} seen: the walk met nothing of what came");
        Assert.InRange(more, 1, 11);
    }

    [Fact]
    public void Entries_may_be_taken_out_while_they_are_looked_at()
    {
        var all = new ConcurrentDictionary<int, string>(Enumerable.Range(0, 500).Select(static i => KeyValuePair.Create(i, "x")));
        var walk = new PortionedWalk<int, string>(all, portions: 5);
        do walk.Next((key, _) => Assert.True(all.TryRemove(KeyValuePair.Create(key, "x"))));
        while (walk.IsUnderWay);
        Assert.Empty(all);
    }
}

using System.Globalization;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>The queue of fixes for Records, read apart from the product's code by the words of accept.lua.</summary>
internal sealed record HubHistory(IReadOnlyList<HistoryFix> Fixes, IReadOnlyList<string> BatchIds, long Bytes, long CountedBytes)
{
    public static async Task<HubHistory> ReadAsync(IDatabase db, int partitions = 1)
    {
        var fixes = new List<HistoryFix>();
        var ids = new List<string>();
        long bytes = 0, counted = 0;
        for (var partition = 0; partition < partitions; partition++)
        {
            counted += (long)await db.StringGetAsync(HubKeys.HistoryBytes(partition));
            foreach (var element in await db.ListRangeAsync(HubKeys.History(partition)))
            {
                var text = element.ToString();
                bytes += text.Length;
                Assert.EndsWith("\n", text, StringComparison.Ordinal);
                var lines = text[..^1].Split('\n');
                ids.Add(lines[0]);
                foreach (var line in lines[1..])
                {
                    var words = line.Split(' ');
                    Assert.Equal(3, words.Length);
                    foreach (var fix in words[2].Split(';', StringSplitOptions.RemoveEmptyEntries))
                        fixes.Add(new HistoryFix(words[0], long.Parse(fix.Split(',')[0], CultureInfo.InvariantCulture), fix));
                }
            }
        }

        return new HubHistory(fixes, ids, bytes, counted);
    }

    /// <summary>The fix times of one driver, in the order of the queue.</summary>
    public IEnumerable<long> TimesOf(DriverId driver) => Fixes.Where(fix => fix.Driver == driver.Value).Select(fix => fix.FixTimeMs);
}

/// <summary>One fix in the queue.</summary>
internal readonly record struct HistoryFix(string Driver, long FixTimeMs, string Text);

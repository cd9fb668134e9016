using System.Globalization;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>A message about a driver, read apart from the product's code by the words of accept.lua, silence.lua and slot.lua.</summary>
/// <param name="Kind">f = fixes, t = trip, s = stale, g = gone.</param>
/// <param name="Previous">The slot's number before.</param>
/// <param name="Number">The slot's number now.</param>
/// <param name="Trip">The trip it belongs to, or '-'.</param>
/// <param name="FixTimes">Fixes only: times of what it brought, in its order.</param>
internal sealed record HubMessage(char Kind, long Previous, long Number, string Trip, string Driver, string Cell, IReadOnlyList<long> FixTimes)
{
    public static HubMessage Parse(string text)
    {
        var lines = text.Split('\n');
        var words = lines[0].Split(' ');
        var kind = Assert.Single(words[0]);
        var times = kind == 'f' ? lines[1].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(fix => Number64(fix.Split(',')[0])).ToList() : [];
        return new HubMessage(kind, Number64(words[1]), Number64(words[2]), words[3], words[4], kind == 'f' ? words[5] : "", times);
    }

    private static long Number64(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}

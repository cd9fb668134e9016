using System.CommandLine;
using System.Globalization;

namespace RideTracker.Simulator;

/// <summary>Reads lengths of time as people write them: <c>90s</c>, <c>15m</c>, <c>1h</c>, <c>2d</c>.</summary>
internal static class Duration
{
    public static Option<TimeSpan?> Option(string name, string description, TimeSpan? otherwise = null) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            if (TryParse(result.Tokens[0].Value, out var time)) return time;
            result.AddError($"{name} '{result.Tokens[0].Value}' must be a number above 0 with s, m, h or d, such as 90s or 1h.");
            return null;
        },
    };

    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        double? seconds = text[^1] switch { 's' => number, 'm' => number * 60, 'h' => number * 3600, 'd' => number * 86_400, _ => null };
        if (seconds is not (> 0 and < 3.2e8)) return false;
        time = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }
}

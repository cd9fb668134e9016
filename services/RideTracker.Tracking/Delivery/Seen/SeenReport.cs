using System.Text.Json;

namespace RideTracker.Tracking.Delivery.Seen;

/// <summary>How old the picture is that a client shows, as it tells it: <c>{ "seen": ms, "strategy": "sse" }</c>.</summary>
/// <param name="AgeMs">Age of what is on the screen, in milliseconds, 0 to <see cref="MaxAgeMs"/>.</param>
/// <param name="Strategy">How the client gets its states.</param>
public readonly record struct SeenReport(double AgeMs, Strategy Strategy)
{
    /// <summary>The oldest picture that is told: an hour.</summary>
    public const double MaxAgeMs = 3_600_000;

    private const string AgeError = "seen: must be a number of milliseconds, 0 to 3600000.";
    private const string StrategyError = "strategy: must be sse, websocket, long-poll or poll.";

    /// <summary>Whether an age is one that counts.</summary>
    public static bool IsAge(double ageMs) => ageMs is >= 0 and <= MaxAgeMs;

    /// <summary>Reads the body of <c>POST /v1/seen</c>; unknown members are passed over.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="report">What it says.</param>
    /// <returns>What is wrong, naming the member; null if nothing is.</returns>
    public static string? Read(ReadOnlySpan<byte> utf8, out SeenReport report)
    {
        report = default;
        double? age = null;
        Strategy? strategy = null;
        try
        {
            var reader = new Utf8JsonReader(utf8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "The body must be an object: { \"seen\": ms, \"strategy\": \"sse\" }.";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isAge = reader.ValueTextEquals("seen"u8);
                var isStrategy = reader.ValueTextEquals("strategy"u8);
                reader.Read();
                if (isAge)
                {
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var told) || !IsAge(told)) return AgeError;
                    age = told;
                }
                else if (isStrategy)
                {
                    if (reader.TokenType != JsonTokenType.String || !Strategies.TryParse(reader.GetString(), out var told)) return StrategyError;
                    strategy = told;
                }
                else
                {
                    reader.Skip();
                }
            }

            if (reader.Read()) return "The body must be one object.";
        }
        catch (JsonException failure)
        {
            return $"The body is not JSON: {failure.Message}";
        }

        if (age is not { } known) return AgeError;
        if (strategy is not { } by) return StrategyError;
        report = new SeenReport(known, by);
        return null;
    }
}

using System.Text;
using System.Text.Json;
using RideTracker.Protocol;
using RideTracker.Records.Api;

namespace RideTracker.Records.Privacy;

/// <summary>In which of its two parts somebody is asked for: a driver and a rider may have the same id.</summary>
public enum PersonKind
{
    Driver,
    Rider,
}

/// <summary>Whose data is to be exported or erased.</summary>
/// <param name="Kind">Driver or rider.</param>
/// <param name="Id">The id, as tables and Redis have it.</param>
public sealed record Person(PersonKind Kind, string Id)
{
    /// <summary>What stands in the place of an erased id: a form that no sign-up gives out, but which reads as an id.</summary>
    public const string Nobody = "~erased";

    // As rows of trips hold a rider.
    private const int MaxRider = 128;

    private const string IdCharacters = "A-Za-z0-9._~@+-";

    public string Word => Kind == PersonKind.Driver ? "driver" : "rider";

    /// <summary>What is wrong with it, if anything.</summary>
    public string? Check() => Id == Nobody ? $"{Nobody} stands for those who were erased."
        : Kind == PersonKind.Driver ? DriverId.TryParse(Id, out _) ? null : $"--driver: '{Id}' is no driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ + are."
        : Id.Length is > 0 and <= MaxRider && !Id.Contains('\0') ? null : $"--rider: 1 to {MaxRider} characters.";

    /// <summary>The id as a JSON text, in its quotes.</summary>
    public string Quoted => JsonSerializer.Serialize(Id, ApiJson.Options);

    /// <summary>
    /// A pattern, good for PostgreSQL and .NET alike, that finds the id in a text and not in a longer id: d-1 is not in d-17. Also where it is written with
    /// JSON's escapes.
    /// </summary>
    public string Pattern
    {
        get
        {
            var forms = new[] { Id, Quoted[1..^1] }.Distinct().Select(Escape);
            return $"(^|[^{IdCharacters}])({string.Join('|', forms)})($|[^{IdCharacters}])";
        }
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c)) escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }
}

using System.Globalization;
using RideTracker.Hosting;
using RideTracker.Protocol.Geo;

namespace RideTracker.Records.Api;

/// <summary>Gathers what is wrong with a request, by the name of the field: all of it is said at once.</summary>
public sealed class FieldErrors
{
    // A body of a thousand wrong points is answered in one paragraph all the same.
    private const int MaxErrors = 8;

    private readonly List<string> _errors = [];
    private int _count;

    public bool None => _count == 0;

    /// <summary>Notes an error, such as <c>pickup.lat: must be -85.05 to 85.05</c>.</summary>
    public void Add(string field, string what)
    {
        if (_count++ < MaxErrors) _errors.Add($"{field}: {what}");
    }

    /// <summary>A member that must be there.</summary>
    public bool Require(string field, object? value)
    {
        if (value is null) Add(field, "is missing");
        return value is not null;
    }

    /// <summary>A text that must be there, of 1 to <paramref name="maxLength"/> characters and more than spaces.</summary>
    public void RequireText(string field, string? text, int maxLength)
    {
        if (!Require(field, text)) return;
        if (string.IsNullOrWhiteSpace(text)) Add(field, "is empty");
        else CheckText(field, text, maxLength);
    }

    /// <summary>A text that may be left out.</summary>
    public void CheckText(string field, string? text, int maxLength)
    {
        if (text?.Length > maxLength) Add(field, string.Create(CultureInfo.InvariantCulture, $"has {text.Length} characters, {maxLength} at the most"));
        else if (Unfit(text) is { } character) Add(field, string.Create(CultureInfo.InvariantCulture, $"has a character U+{(int)character:X4}"));
    }

    /// <summary>
    /// The first character that no text may have, if there is one: U+0000, which PostgreSQL's text can't hold, and those that turn the direction of what follows
    /// (U+202A to U+202E, U+2066 to U+2069; Unicode Standard Annex 9): a plate that reads otherwise than it is written sends riders to another car.
    /// </summary>
    public static char? Unfit(string? text)
    {
        foreach (var character in text ?? "")
        {
            if (character is '\0' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')) return character;
        }

        return null;
    }

    /// <summary>A number that must be there and in its range, the ends included.</summary>
    public void RequireNumber(string field, double? value, double min, double max)
    {
        if (Require(field, value) && !(value >= min && value <= max)) Add(field, string.Create(CultureInfo.InvariantCulture, $"must be {min} to {max}"));
    }

    /// <summary>A place in degrees WGS 84, within Web Mercator's latitudes.</summary>
    public void RequirePlace(string field, double? lat, double? lng)
    {
        RequireNumber($"{field}.lat", lat, -GeoMath.MaxLatitude, GeoMath.MaxLatitude);
        RequireNumber($"{field}.lng", lng, -180, 180);
    }

    /// <summary>The answer to the request, for a body's errors; null if there are none.</summary>
    public IResult? Body() => Result(Problems.MalformedBody);

    /// <summary>The answer to the request, for errors of its address; null if there are none.</summary>
    public IResult? Parameters() => Result(Problems.InvalidParameter);

    private IResult? Result(Problem problem)
    {
        if (None) return null;
        var more = _count > MaxErrors ? string.Create(CultureInfo.InvariantCulture, $"; and {_count - MaxErrors} more") : "";
        return problem.Result(string.Join("; ", _errors) + more + ".");
    }
}

using System.Diagnostics.CodeAnalysis;

namespace RideTracker.Protocol;

/// <summary>Names a driver: the <c>sub</c> of its token, part of its Redis keys and channels.</summary>
public readonly record struct DriverId
{
    private DriverId(string value) => Value = value;

    /// <summary>1 to 64 characters of <c>A-Z a-z 0-9 . _ - ~ @ +</c>.</summary>
    public string Value { get; }

    /// <summary>Reads an id; false if it is empty, too long or has a character outside the set.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DriverId id)
    {
        id = IdText.IsValid(text) ? new DriverId(text!) : default;
        return id.Value is not null;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is no id.</exception>
    public static DriverId Parse(string text) => TryParse(text, out var id) ? id : throw IdText.Invalid("driver", text);

    public override string ToString() => Value ?? "";
}

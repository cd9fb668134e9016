using System.Buffers;

namespace RideTracker.Protocol;

/// <summary>What an id may be made of: it stands in URLs, Redis keys and the hub's space-separated messages unescaped.</summary>
internal static class IdText
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-~@+");

    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Allowed) && text is not ("." or ".." or "-");

    public static FormatException Invalid(string kind, string? text) =>
        new($"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is no {kind} id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ + are.");
}

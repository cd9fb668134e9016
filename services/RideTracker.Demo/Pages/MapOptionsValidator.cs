using System.Globalization;
using Microsoft.Extensions.Options;

namespace RideTracker.Demo.Pages;

/// <summary>Says everything that is wrong with <see cref="MapOptions"/> at once.</summary>
internal sealed class MapOptionsValidator : IValidateOptions<MapOptions>
{
    public ValidateOptionsResult Validate(string? name, MapOptions options)
    {
        var errors = new List<string>();
        Address(nameof(options.StyleUrl), options.StyleUrl);
        Address(nameof(options.PmtilesUrl), options.PmtilesUrl);
        Address(nameof(options.Town), options.Town);
        if (options.Folder is { Length: > 0 } folder && !Directory.Exists(folder)) errors.Add($"Map:Folder: there is no folder {folder}.");
        if (!TryReadCenter(options.Center, out _)) errors.Add($"Map:Center must be LONGITUDE,LATITUDE in degrees, but is '{options.Center}'.");
        if (options.Town is { Length: > 0 } && options.Center is not { Length: > 0 }) errors.Add("Map:Center is needed with Map:Town: where is it?");
        if (options.OidcAuthority is { Length: > 0 } authority && !IsWeb(authority)) errors.Add("Map:OidcAuthority must be an http or https URL.");
        foreach (var origin in Words(options.Origins).Where(word => !IsOrigin(word))) errors.Add($"Map:Origins must be origins such as https://tiles.example.org, but has '{origin}'.");
        var ancestors = Words(options.FrameAncestors);
        if (ancestors.Length == 0 || ancestors.Any(word => word is not ("'self'" or "'none'" or "*") && !IsOrigin(word)) || (ancestors.Length > 1 && ancestors.Contains("'none'")))
            errors.Add($"Map:FrameAncestors must be 'none', 'self', or origins with spaces between, but is {options.FrameAncestors}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Address(string setting, string? text)
        {
            if (text is { Length: > 0 } && !IsWeb(text) && !(text.StartsWith("/map/", StringComparison.Ordinal) && Uri.IsWellFormedUriString(text, UriKind.Relative)))
                errors.Add($"Map:{setting} must be an http or https URL, or an address below /map/, but is '{text}'.");
        }
    }

    /// <summary>Reads <c>Map:Center</c>; null where it is not set, false where it is none.</summary>
    public static bool TryReadCenter(string? text, out double[]? center)
    {
        center = null;
        if (text is not { Length: > 0 }) return true;
        if (text.Split(',') is not [var first, var second] || !Read(first, 180, out var lng) || !Read(second, 90, out var lat)) return false;
        center = [lng, lat];
        return true;

        static bool Read(string part, double most, out double value) => double.TryParse(part, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= most;
    }

    /// <summary>The words of a list with spaces between.</summary>
    public static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Also so that no value of a setting can end its directive of the policy.
    private static bool IsOrigin(string word) => IsWeb(word) && !word.AsSpan().ContainsAny(";,'\"") && new Uri(word) is { PathAndQuery: "/", UserInfo: "" } && !word.EndsWith('/');

    private static bool IsWeb(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
}

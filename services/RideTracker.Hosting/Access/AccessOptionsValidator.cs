using Microsoft.Extensions.Options;

namespace RideTracker.Hosting.Access;

/// <summary>Says everything that is wrong with <see cref="AccessOptions"/> at once. Never shows a key.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    private const int MinKeyBytes = 32;

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var errors = new List<string>();
        if (options.Keys.Count == 0 && string.IsNullOrEmpty(options.Authority))
            errors.Add("Access:Keys is empty and Access:Authority is not set: one base64 key of 32 bytes or more is needed, such as from `openssl rand -base64 32`.");
        if (options.Keys.Count > 0 && !string.IsNullOrEmpty(options.Authority))
            errors.Add("Access:Keys and Access:Authority are both set: tokens are either own ones or an issuer's.");
        if (options.Keys.Count > 2) errors.Add($"Access:Keys has {options.Keys.Count} keys: two at most, the new one first.");
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (!TryReadKey(options.Keys[i], out var length)) errors.Add($"Access:Keys:{i} is not base64.");
            else if (length < MinKeyBytes) errors.Add($"Access:Keys:{i} has {length} bytes: {MinKeyBytes} at least.");
        }

        if (!string.IsNullOrEmpty(options.Authority))
        {
            if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
                errors.Add("Access:Authority must be an https URL (http on loopback only).");
            if (string.IsNullOrEmpty(options.Audience)) errors.Add("Access:Audience is needed with Access:Authority: else a token that the issuer made for another service would be good here.");
        }

        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > TimeSpan.FromMinutes(5))
            errors.Add($"Access:ClockSkew is {options.ClockSkew}: 00:00:00 to 00:05:00.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool TryReadKey(string text, out int length)
    {
        length = 0;
        return text is not null && Convert.TryFromBase64String(text, new byte[text.Length], out length);
    }
}

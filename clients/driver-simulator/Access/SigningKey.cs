using System.Text;

namespace RideTracker.Simulator.Access;

/// <summary>Reads the key that signs tokens, as people give it.</summary>
internal static class SigningKey
{
    private const int LeastBytes = 32;

    /// <summary>Base64 of 32 bytes or more (as the server's <c>Access:Keys</c>), else the text itself if it has that many.</summary>
    /// <exception cref="SimulatorException">Neither.</exception>
    public static byte[] Read(string text)
    {
        text = text.Trim();
        var decoded = new byte[text.Length];
        if (Convert.TryFromBase64String(text, decoded, out var length) && length >= LeastBytes) return decoded[..length];
        var raw = Encoding.UTF8.GetBytes(text);
        // The key itself goes into no message.
        return raw.Length >= LeastBytes
            ? raw
            : throw new SimulatorException(ExitCodes.Usage, $"The signing key is too short: base64 of {LeastBytes} bytes or more, or a text of {LeastBytes} characters or more, such as from `openssl rand -base64 32`.");
    }
}

namespace RideTracker.IntegrationTests;

/// <summary>Opens something by a token that runs out soon.</summary>
internal static class ShortLived
{
    private const int Longest = 64;

    /// <summary>Gives it a token of so many seconds; where a busy machine has not opened it before the token ran out, again with twice as many.</summary>
    /// <param name="open">Opens it, and fails where the token has run out.</param>
    /// <returns>What was opened, and when its token runs out: whole seconds of Unix time, as in <c>exp</c>.</returns>
    public static async Task<(T Opened, long ExpiresAt)> OpenAsync<T>(int seconds, Func<TimeSpan, Task<T>> open)
    {
        while (true)
        {
            var lifetime = TimeSpan.FromSeconds(seconds);
            var expires = (TimeProvider.System.GetUtcNow() + lifetime).ToUnixTimeSeconds();
            try
            {
                var opened = await open(lifetime);
                return (opened, expires);
            }
            catch (Exception) when (seconds < Longest && TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() >= expires)
            {
                seconds *= 2;
            }
        }
    }
}

using System.Collections.Concurrent;

namespace RideTracker.Hosting.Access;

/// <summary>Knows which tokens were revoked before their time, on this node.</summary>
public sealed class Revocations(TimeProvider time)
{
    /// <summary>Expired tokens are still recognised for a day, see <see cref="CallerExtensions.GetExpiredCaller"/>: a revoked one must not be.</summary>
    public static readonly TimeSpan KeepAfterExpiry = TimeSpan.FromHours(25);

    private readonly ConcurrentDictionary<string, long> _expiryMsByJti = new(StringComparer.Ordinal);

    /// <summary>Called once for each token that this node learns to be revoked, for open streams. It holds up the list's reader, so it must be quick.</summary>
    public event Action<string>? Revoked;

    /// <summary>Whether a token was revoked. An empty jti never is.</summary>
    public bool IsRevoked(string jti) => jti.Length > 0 && _expiryMsByJti.ContainsKey(jti);

    /// <summary>Learns of a revoked token.</summary>
    /// <param name="jti">The token.</param>
    /// <param name="expiryMs">When it ends by itself (Unix ms).</param>
    internal void Learn(string jti, long expiryMs)
    {
        if (jti.Length > 0 && _expiryMsByJti.TryAdd(jti, expiryMs)) Revoked?.Invoke(jti);
    }

    /// <summary>Forgets the tokens that would not be recognised any more anyway.</summary>
    internal void Forget()
    {
        var before = (time.GetUtcNow() - KeepAfterExpiry).ToUnixTimeMilliseconds();
        foreach (var (jti, expiryMs) in _expiryMsByJti)
        {
            if (expiryMs < before) _expiryMsByJti.TryRemove(jti, out _);
        }
    }
}

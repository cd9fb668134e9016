using System.Globalization;
using System.Text;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Hosting.Access;

/// <summary>Keeps the list of revoked tokens in the hub, and this node's <see cref="Revocations"/> up with it.</summary>
public sealed partial class RevocationList(IRevocationHub hub, Revocations revocations, TimeProvider time, ILogger<RevocationList> log) : BackgroundService
{
    // A message may be lost and a stream must end within a second of the revocation: the list is looked at as often.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(900);

    // Usually its length tells whether it changed; one token forgotten and one revoked between two looks would hide each other.
    private const int ReadWholeEvery = 60;

    private long _knownLength = -1;
    private int _looks;
    private bool _subscribed;
    private bool _outage;

    private static RedisChannel Channel => RedisChannel.Literal(HubKeys.RevokedChannel);

    /// <summary>Revokes a token on all nodes: requests with it are 401 from now on, open streams end within a second.</summary>
    /// <param name="jti">The token's name.</param>
    /// <param name="expiresAt">When it would end by itself.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HubUnavailableException">The hub can't be reached: it is not known whether the token was revoked.</exception>
    public async ValueTask RevokeAsync(string jti, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jti);
        try
        {
            await WriteAsync(hub.Database, jti, expiresAt, cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The token could not be revoked: {failure.Message}", failure);
        }

        revocations.Learn(jti, expiresAt.ToUnixTimeMilliseconds());
    }

    /// <summary>Writes a revoked token where all nodes read it, and tells them. Repeating it leaves the same.</summary>
    /// <param name="database">The hub's database.</param>
    /// <param name="jti">The token's name.</param>
    /// <param name="expiresAt">When it would end by itself.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task WriteAsync(IDatabase database, string jti, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var expiryMs = expiresAt.ToUnixTimeMilliseconds();
        await database.SortedSetAddAsync(HubKeys.Revoked, jti, expiryMs).WaitAsync(cancellationToken);
        await database.PublishAsync(Channel, string.Create(CultureInfo.InvariantCulture, $"{expiryMs} {jti}")).WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                if (_outage) LogBack();
                _outage = false;
            }
            catch (Exception failure) when (failure is HubUnavailableException || HubTrouble.Is(failure))
            {
                if (!_outage) LogOutage(failure.Message);
                _outage = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!_subscribed)
        {
            await hub.SubscribeAsync(HubKeys.RevokedChannel, Read, cancellationToken);
            _subscribed = true;
        }

        var database = hub.Database;
        var length = await database.SortedSetLengthAsync(HubKeys.Revoked).WaitAsync(cancellationToken);
        if (length == _knownLength && ++_looks % ReadWholeEvery != 0) return;
        var forgetMs = (time.GetUtcNow() - Revocations.KeepAfterExpiry).ToUnixTimeMilliseconds();
        await database.SortedSetRemoveRangeByScoreAsync(HubKeys.Revoked, double.NegativeInfinity, forgetMs, Exclude.Stop).WaitAsync(cancellationToken);
        revocations.Forget();
        var entries = await database.SortedSetRangeByScoreWithScoresAsync(HubKeys.Revoked).WaitAsync(cancellationToken);
        foreach (var entry in entries) revocations.Learn((string)entry.Element!, (long)entry.Score);
        _knownLength = entries.Length;
    }

    private void Read(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        var space = text.IndexOf(' ');
        if (space > 0 && long.TryParse(text.AsSpan(0, space), CultureInfo.InvariantCulture, out var expiryMs)) revocations.Learn(text[(space + 1)..], expiryMs);
    }
}

/// <summary>The hub as the list of revoked tokens needs it.</summary>
public interface IRevocationHub
{
    /// <exception cref="HubUnavailableException">The hub's connection is not open yet.</exception>
    IDatabase Database { get; }

    /// <summary>Listens to a channel for as long as the host runs.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    ValueTask SubscribeAsync(string channel, Action<ReadOnlySpan<byte>> onMessage, CancellationToken cancellationToken);
}

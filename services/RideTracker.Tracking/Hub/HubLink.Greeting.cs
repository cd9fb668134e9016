using System.Net;
using System.Security.Cryptography;
using System.Text;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

/// <summary>Finds the servers that take writes, makes sure that this node agrees with the hub that they hold, and notices when they change their roles.</summary>
public sealed partial class HubLink
{
    private static readonly TimeSpan RoleCheck = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _greeting = new(1, 1);
    private volatile HubIdentity? _identity;
    private volatile string? _trouble;
    // Since the last time that the connection broke, or the server was no primary any more.
    private int _greeted;
    // From the beginning: the first greeting is the start's own, which ends with its failure.
    private int _looking = 1;
    private int _breaks;

    /// <summary>The server that was written to takes no writes any more: nothing is sent until one was found that does.</summary>
    internal void LoseLead(string reason)
    {
        if (Volatile.Read(ref _greeted) == 0) return;
        LogLeadLost(reason);
        Lose(reason);
    }

    private static bool IsTrouble(Exception failure) => HubTrouble.Is(failure) || failure is HubUnavailableException;

    private bool IsReplica(EndPoint? end) => Array.Exists(Redis.GetServers(), server => server.IsReplica && server.EndPoint.Equals(end));

    private void Lose(string reason)
    {
        _trouble = reason;
        Volatile.Write(ref _greeted, 0);
        Interlocked.Increment(ref _breaks);
        BeginGreeting();
    }

    private void BeginGreeting()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0) _ = GreetUntilUpAsync();
    }

    private void EndGreeting()
    {
        Volatile.Write(ref _looking, 0);
        // Lost again before anybody could begin anew.
        if (Volatile.Read(ref _greeted) == 0) BeginGreeting();
    }

    // A Redis that is still loading its file when the node starts is one that is away: the node waits for it.
    private async Task<bool> TryGreetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GreetAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (IsTrouble(failure))
        {
            _trouble = failure.Message;
            return false;
        }
    }

    // Redis may answer with errors for a while after it is back (LOADING), and another server may have to be found: greets until it is up.
    private async Task GreetUntilUpAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    await GreetAsync(_stopping.Token);
                    EndGreeting();
                    RaiseIfUp();
                    return;
                }
                catch (Exception failure) when (IsTrouble(failure))
                {
                    _trouble = failure.Message;
                    await LookForPrimaryAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(250), _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogGreetingStopped();
        }
        catch (HubMismatchException mismatch)
        {
            LogMismatch(mismatch.Message);
            _lifetime?.StopApplication();
        }
        catch (Exception failure)
        {
            // Nobody waits for this task: without a word the node would stay unready for ever.
            LogGreetingFailed(failure);
        }

        Volatile.Write(ref _looking, 0);
    }

    // By itself the library looks at the roles every few seconds.
    private async Task LookForPrimaryAsync()
    {
        if (!Redis.IsConnected) return;
        try
        {
            await Redis.ConfigureAsync();
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            _trouble = failure.Message;
        }
    }

    // A server that becomes a replica keeps its connections and goes on answering what only reads, so that no failure tells of it.
    private async Task WatchRolesAsync()
    {
        using var timer = new PeriodicTimer(RoleCheck, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (!Answers) continue;
                try
                {
                    var runs = await ReadRunsAsync();
                    if (Answers && runs != _identity?.Runs) LoseLead(runs.Length == 0 ? NoPrimary() : "the servers have changed their roles");
                }
                catch (Exception failure) when (IsTrouble(failure) || failure is RedisServerException)
                {
                    LogRolesNotRead(failure.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogGreetingStopped();
        }
        catch (Exception failure)
        {
            // Nobody waits for this task either: from here on only a broken connection or a refused write tells of a change.
            LogRoleWatchFailed(failure);
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        await _greeting.WaitAsync(cancellationToken);
        try
        {
            var runs = await ReadRunsAsync();
            if (runs.Length == 0) throw new HubUnavailableException(NoPrimary());
            var (incarnation, secret) = await HubRedis.JoinAsync(Database, _options.Redis, Partitions, cancellationToken);
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(incarnation + runs)).AsSpan(0, 6));
            var known = _identity?.Name;
            _identity = new HubIdentity(name, runs, Convert.FromHexString(secret));
            _trouble = null;
            Volatile.Write(ref _greeted, 1);
            if (known != name) LogIncarnation(name, Partitions);
        }
        finally
        {
            _greeting.Release();
        }
    }

    private string NoPrimary() => $"no server of Hub:Redis takes writes: {Endpoints(Configuration)} is a replica, or not there";

    // Names each primary by its run, which ends with a restart, and by its history (master_replid), which ends also where it was a replica meanwhile and may
    // have lost what it had. What the servers say themselves: the library may not have noticed yet. Empty while there is none.
    private async Task<string> ReadRunsAsync()
    {
        var runs = new StringBuilder();
        foreach (var server in Redis.GetServers())
        {
            if (!server.IsConnected) continue;
            var replication = (await server.InfoAsync("replication")).SelectMany(group => group).ToLookup(pair => pair.Key, pair => pair.Value);
            if (replication["role"].Contains("slave")) continue;
            var run = (await server.InfoAsync("server")).SelectMany(group => group).Where(pair => pair.Key == "run_id").Select(pair => pair.Value);
            runs.AppendJoin('|', run.Concat(replication["master_replid"]).Prepend(""));
        }

        return runs.ToString();
    }

    // Both connections break and come back by themselves: whichever is the later one tells.
    private void RaiseIfUp()
    {
        if (IsUp) Restored?.Invoke();
    }

    private sealed record HubIdentity(string Name, string Runs, byte[] Secret);
}

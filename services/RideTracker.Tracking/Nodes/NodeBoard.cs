using System.Text.Json;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Nodes;

/// <summary>Where nodes tell how they fare: a key of each in the hub that expires, and a list of their names.</summary>
/// <param name="link">The hub.</param>
/// <param name="time">The clock.</param>
public sealed class NodeBoard(HubLink link, TimeProvider time)
{
    // Far above any deployment: what is told by the newest so many is shown.
    private const int MostNodes = 1_000;

    // Whoever tells takes the names of those out that have long been silent.
    private static readonly TimeSpan KeepNames = TimeSpan.FromHours(1);

    private double NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Tells how a node fares.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task TellAsync(NodeReport report, TimeSpan goodFor, CancellationToken cancellationToken)
    {
        var hub = link.Database;
        await Task.WhenAll(
            hub.StringSetAsync(HubKeys.Node(report.Id), JsonSerializer.SerializeToUtf8Bytes(report, NodesJson.Default.NodeReport), goodFor),
            hub.SortedSetAddAsync(HubKeys.Nodes, report.Id, NowMs),
            hub.SortedSetRemoveRangeByScoreAsync(HubKeys.Nodes, double.NegativeInfinity, NowMs - KeepNames.TotalMilliseconds)).WaitAsync(cancellationToken);
    }

    /// <summary>A node is gone.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task TakeOutAsync(string id, CancellationToken cancellationToken) =>
        await Task.WhenAll(link.Database.KeyDeleteAsync(HubKeys.Node(id)), link.Database.SortedSetRemoveAsync(HubKeys.Nodes, id)).WaitAsync(cancellationToken);

    /// <summary>What the nodes told that were heard of lately, by id.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<NodeList> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var names = await link.Database.SortedSetRangeByRankAsync(HubKeys.Nodes, 0, MostNodes - 1, Order.Descending).WaitAsync(cancellationToken);
            var told = names.Length == 0 ? [] : await link.Database.StringGetAsync(Array.ConvertAll(names, name => (RedisKey)HubKeys.Node(name.ToString()))).WaitAsync(cancellationToken);
            return new NodeList((long)NowMs, [.. told.Where(one => one.HasValue).Select(Parse).OfType<NodeReport>().OrderBy(node => node.Id, StringComparer.Ordinal)]);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The nodes' reports can't be read: {failure.Message}", failure);
        }
    }

    // What another version wrote and this one can't read is left out.
    private static NodeReport? Parse(RedisValue json)
    {
        try
        {
            return JsonSerializer.Deserialize((byte[])json!, NodesJson.Default.NodeReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

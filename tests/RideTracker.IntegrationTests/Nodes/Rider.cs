using RideTracker.Client;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A rider's view of one live resource, the same for all strategies: states in order, then an end.</summary>
internal abstract class Rider : IAsyncDisposable
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(60);

    /// <summary>No state may take longer.</summary>
    public TimeSpan Patience { get; init; } = UsualPatience;

    /// <summary>Why the stream ended, if it said so.</summary>
    public string? EndReason { get; protected set; }

    /// <summary>After how many milliseconds the client was told to come back, last.</summary>
    public int? RetryMs { get; protected set; }

    /// <summary>Signs of life so far.</summary>
    public int Alives { get; protected set; }

    public static async Task<Rider> OpenAsync(RiderStrategy strategy, ITestServer node, string path, string token, string? cursor = null, HttpClient? client = null, TimeSpan? patience = null) => strategy switch
    {
        RiderStrategy.Sse => await SseRider.ConnectAsync(node, path, token, cursor, client ?? node.Http, patience ?? UsualPatience),
        RiderStrategy.WebSocket => await WebSocketRider.ConnectAsync(node, path, token, cursor, client, patience ?? UsualPatience),
        _ => new PollRider(node, path, token, cursor, waits: strategy == RiderStrategy.LongPoll) { Patience = patience ?? UsualPatience },
    };

    public static Task<Rider> OnTripAsync(RiderStrategy strategy, ITestServer node, string trip, string? cursor = null) =>
        OpenAsync(strategy, node, $"/v1/trips/{trip}/live", TestTokens.Rider(trip), cursor);

    /// <summary>A sign of life was read by somebody who reads message by message.</summary>
    public void CountAlive() => Alives++;

    /// <summary>The next state as text, or null when the stream ended.</summary>
    public abstract Task<string?> NextJsonAsync();

    /// <summary>The next state, which must come.</summary>
    public async Task<TripView> NextAsync()
    {
        var next = NextJsonAsync();
        // Signs of life are no state: they don't begin the wait anew.
        await Task.WhenAny(next, Task.Delay(Patience, TestContext.Current.CancellationToken));
        Assert.True(next.IsCompleted, $"no state came within {Patience.TotalSeconds} s");
        var json = await next;
        Assert.True(json is not null, $"the stream ended: {EndReason ?? "without a reason"}");
        return TripView.Parse(json);
    }

    /// <summary>Reads states until one is as wanted.</summary>
    public async Task<TripView> UntilAsync(Func<TripView, bool> wanted)
    {
        while (true)
        {
            var view = await NextAsync();
            if (wanted(view)) return view;
        }
    }

    /// <summary>Reads to the end and returns what came before it. Fails where none comes for long, whatever else does.</summary>
    public Task<List<string>> ToEndAsync()
    {
        return ReadAsync().WaitAsync(2 * Patience, TestContext.Current.CancellationToken);

        async Task<List<string>> ReadAsync()
        {
            var states = new List<string>();
            while (await NextJsonAsync() is { } json) states.Add(json);
            return states;
        }
    }

    public abstract ValueTask DisposeAsync();
}

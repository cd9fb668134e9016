using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RideTracker.LoadTest.Peers.ServerSentEvents;

/// <summary>The peer <c>sse</c>: ASP.NET's own answer to a stream of events, <see cref="TypedResults"/>.ServerSentEvents over a channel per rider.</summary>
/// <remarks>
/// As its documentation shows it: an <c>IAsyncEnumerable</c> of <c>SseItem</c>, which the framework serialises and flushes for each rider. One node without Redis,
/// which is to its advantage: the riders' side is all that is measured.
/// </remarks>
internal static class SseApp
{
    public static async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        var builder = PeerHost.CreateBuilder(port);
        await using var app = builder.Build();
        var topics = new TopicChannels();
        app.MapGet("/sub/{topic}", (string topic, CancellationToken left) => TypedResults.ServerSentEvents(topics.Watch(topic, left)));
        app.MapPost("/pub/{topic}", (string topic, Position position) => topics.Publish(topic, position));
        await PeerHost.RunAsync(app, cancellationToken);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace RideTracker.LoadTest.Peers.SignalR;

/// <summary>The peer <c>signalr</c>: a hub with groups and the stock Redis backplane, everything as it comes.</summary>
/// <remarks>
/// No setting of Kestrel, SignalR or the backplane is touched: this is what a team gets that follows the documentation. JSON, because browsers speak it without a further
/// package. Inline scheduling of Kestrel's sockets was tried and changes nothing here (a hub's calls hop to the thread pool anyway).
/// </remarks>
internal static class SignalRApp
{
    public static async Task RunAsync(int port, string redis, CancellationToken cancellationToken)
    {
        var builder = PeerHost.CreateBuilder(port);
        builder.Services.AddSignalR().AddStackExchangeRedis(redis);
        await using var app = builder.Build();
        app.MapHub<PositionHub>("/positions");
        // For the publisher that is not a driver: the same group, without the hub's way in.
        app.MapPost("/pub/{topic}", async (string topic, Position position, IHubContext<PositionHub> hub) =>
            await hub.Clients.Group(topic).SendAsync("Position", position));
        await PeerHost.RunAsync(app, cancellationToken);
    }
}

using Microsoft.AspNetCore.SignalR;

namespace RideTracker.LoadTest.Peers.SignalR;

/// <summary>What the tutorials of SignalR would have one write: riders are in the group of their driver, drivers report by invocation, the group gets it.</summary>
internal sealed class PositionHub : Hub
{
    /// <summary>The group that a rider names in the query, <c>?topic=</c>; drivers name none.</summary>
    public override async Task OnConnectedAsync()
    {
        if (Context.GetHttpContext()?.Request.Query["topic"].ToString() is { Length: > 0 } topic)
            await Groups.AddToGroupAsync(Context.ConnectionId, topic, Context.ConnectionAborted);
    }

    public Task Report(string topic, Position position) => Clients.Group(topic).SendAsync("Position", position);
}

using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>
/// A client's connection that can outlive its time with the server: <see cref="Leave"/> takes it off the server's list, which is walked every second (5 ms
/// for 16,000 connections, on the thread that could have delivered meanwhile), and out of what the server keeps of each (docs/adr/0010).
/// </summary>
/// <param name="socket">The transport's connection.</param>
/// <param name="left">Those that left the server of the same listener.</param>
internal sealed class ClientConnection(ConnectionContext socket, LeftConnections left) : ConnectionContext
{
    // What the server and its middleware add is theirs, and goes with them.
    private IFeatureCollection _features = new FeatureCollection(socket.Features);
    private volatile bool _hasLeft;

    public override string ConnectionId
    {
        get => socket.ConnectionId;
        set => socket.ConnectionId = value;
    }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => socket.Items;
        set => socket.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => socket.Transport;
        set => socket.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => socket.ConnectionClosed;
        set => socket.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => socket.LocalEndPoint;
        set => socket.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => socket.RemoteEndPoint;
        set => socket.RemoteEndPoint = value;
    }

    /// <summary>Ends, and never fails, when the connection has ended after it left the server.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Leaves the server, for which the connection ends now. It is closed when <paramref name="rest"/> ends.</summary>
    public void Leave(Func<ConnectionContext, Task> rest)
    {
        _hasLeft = true;
        _features = socket.Features;
        left.Add(this);
        Ended = RunAsync(rest);
    }

    public override void Abort() => socket.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => socket.Abort(abortReason);

    /// <summary>Called by the server when it is done with the connection.</summary>
    public override ValueTask DisposeAsync() => _hasLeft ? ValueTask.CompletedTask : socket.DisposeAsync();

    private async Task RunAsync(Func<ConnectionContext, Task> rest)
    {
        try
        {
            try
            {
                await rest(this);
            }
            finally
            {
                await socket.DisposeAsync();
            }
        }
        catch (Exception failure)
        {
            left.LogFailed(failure, ConnectionId);
        }
        finally
        {
            left.Remove(this);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hosting.Handover;

namespace RideTracker.Tests.Hosting;

/// <summary>Real connections to a real server: how many are counted, and what becomes of one that is handed over.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_leave_the_count_also_those_that_the_server_refuses()
    {
        var open = new OpenConnections(1_000);
        await using var app = await StartAsync(open, limit: 3, static context => context.Response.WriteAsync("here", Cancellation));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var clients = new List<Socket>();
        for (var i = 0; i < 20; i++) clients.Add(await ConnectAsync(app));
        // The server takes them up in an order of its own: three stay, and it hangs up on the others.
        var ends = clients.Select(client => IsRefusedAsync(client, patience.Token)).ToList();
        while (ends.Count > 3)
        {
            var end = await Task.WhenAny(ends);
            await end;
            ends.Remove(end);
        }

        Assert.DoesNotContain(ends, end => end.IsCompleted);
        foreach (var client in clients) client.Dispose();
        while (open.Count > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(0, open.Count);
    }

    [Fact]
    public async Task A_server_that_is_full_takes_the_next_connection_once_another_has_ended()
    {
        var open = new OpenConnections(1);
        await using var app = await StartAsync(open, limit: null, static context => context.Response.WriteAsync("here", Cancellation));
        using var first = await ConnectAsync(app);
        await AskAsync(first);
        using var second = await ConnectAsync(app);
        await second.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Cancellation);
        var answer = second.ReceiveAsync(new byte[1024], Cancellation).AsTask();
        // Time enough for the second, were it taken: the server answers the first a hundred times meanwhile.
        for (var i = 0; i < 100; i++) await AskAsync(first);
        Assert.False(answer.IsCompleted);
        Assert.Equal(1, open.Count);
        first.Dispose();
        Assert.True(await answer > 0);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("Content-Length: 5\r\n", false)]
    public async Task A_request_with_a_body_keeps_its_connection_and_gets_the_same_answer(string header, bool handedOver)
    {
        bool? taken = null;
        await using var app = await StartAsync(new OpenConnections(null), limit: null, async context =>
        {
            var handover = ConnectionHandover.Of(context);
            taken = handover is not null;
            if (handover is null)
            {
                await context.Response.WriteAsync("one", Cancellation);
                await context.Response.WriteAsync("two", Cancellation);
                return;
            }

            context.Response.Headers.TransferEncoding = "chunked";
            context.Response.Headers.Connection = "close";
            await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes("3\r\none\r\n"), Cancellation);
            handover.Take(static async connection => await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes("3\r\ntwo\r\n0\r\n\r\n"), Cancellation));
        });
        using var client = await ConnectAsync(app);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\n{header}\r\n{(header.Length > 0 ? "hello" : "")}"), Cancellation);
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (!text.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal) && await client.ReceiveAsync(buffer, Cancellation) is var read && read > 0) text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        Assert.Equal(handedOver, taken);
        Assert.EndsWith("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_is_done_with_a_connection_that_was_handed_over_and_cuts_it_when_it_stops()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new OpenConnections(null);
        var app = await StartAsync(open, limit: null, async context =>
        {
            // The server calls it once a connection is off its list.
            context.Features.GetRequiredFeature<IConnectionCompleteFeature>().OnCompleted(static state => { ((TaskCompletionSource)state).SetResult(); return Task.CompletedTask; }, done);
            context.Response.Headers.TransferEncoding = "chunked";
            await context.Response.Body.WriteAsync("3\r\none\r\n"u8.ToArray(), Cancellation);
            ConnectionHandover.Of(context)!.Take(async connection =>
            {
                Assert.Null(connection.Features.Get<IConnectionCompleteFeature>());
                await done.Task;
                await connection.Transport.Output.WriteAsync("3\r\ntwo\r\n"u8.ToArray(), Cancellation);
                try
                {
                    await connection.Transport.Input.ReadAsync(Cancellation);
                }
                catch (Exception broken) when (broken is ConnectionAbortedException or ConnectionResetException)
                {
                    cut.SetResult();
                }
            });
        });
        await using (app)
        {
            using var client = await ConnectAsync(app);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
            var text = new StringBuilder();
            var buffer = new byte[1024];
            while (!text.ToString().EndsWith("two\r\n", StringComparison.Ordinal) && await client.ReceiveAsync(buffer, Cancellation) is var read && read > 0) text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            Assert.EndsWith("3\r\none\r\n3\r\ntwo\r\n", text.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, open.Count);
            await app.StopAsync(Cancellation);
            await cut.Task.WaitAsync(Cancellation);
        }

        Assert.Equal(0, open.Count);
    }

    [Fact]
    public async Task A_handed_over_connection_whose_rest_fails_is_closed()
    {
        await using var app = await StartAsync(new OpenConnections(null), limit: null, static async context =>
        {
            context.Response.Headers.TransferEncoding = "chunked";
            await context.Response.Body.WriteAsync("3\r\none\r\n"u8.ToArray(), Cancellation);
            ConnectionHandover.Of(context)!.Take(static _ => throw new InvalidOperationException("broken on purpose"));
        });
        using var client = await ConnectAsync(app);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
        var buffer = new byte[1024];
        while (await client.ReceiveAsync(buffer, Cancellation) > 0)
        {
            // Until it is closed.
        }

        await AskAsync(await ConnectAsync(app));
    }

    [Fact]
    public async Task A_handed_over_connection_that_fails_to_close_does_not_keep_the_others_from_their_end()
    {
        var left = new LeftConnections(TimeProvider.System, NullLogger.Instance);
        var connection = new ClientConnection(new Unclosable(), left);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Leave(_ => end.Task);
        Assert.False(connection.Ended.IsCompleted);
        var stopping = left.AbortAllAsync();
        Assert.False(stopping.IsCompleted);
        end.SetResult();
        await stopping;
        Assert.True(connection.Ended.IsCompletedSuccessfully);
        // It is off the list: nothing is left to be waited for.
        Assert.True(left.AbortAllAsync().IsCompleted);
    }

    private static async Task<WebApplication> StartAsync(OpenConnections open, long? limit, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IConnectionListenerFactory>(provider => ActivatorUtilities.CreateInstance<PacedTransport>(provider, open));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = limit;
            kestrel.Listen(IPAddress.Loopback, 0, static (ListenOptions listen) =>
            {
                DirectOutput.Use(listen);
                ConnectionHandover.Use(listen);
            });
        });
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancellation);
        return app;
    }

    // Ends when the server hangs up, or we do.
    private static async Task IsRefusedAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            Assert.Equal(0, await client.ReceiveAsync(new byte[1], cancellationToken));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A reset is as good.
            return;
        }
    }

    private static async Task AskAsync(Socket client)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Cancellation);
        Assert.True(await client.ReceiveAsync(new byte[1024], Cancellation) > 0);
    }

    private static async Task<Socket> ConnectAsync(WebApplication app)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.First()).Port, Cancellation);
        return client;
    }

    private sealed class Unclosable : DefaultConnectionContext
    {
        public override ValueTask DisposeAsync() => ValueTask.FromException(new InvalidOperationException("broken on purpose"));
    }
}

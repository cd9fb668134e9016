using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using RideTracker.Tracking.Hosting;

namespace RideTracker.Tests.Hosting;

/// <summary>A real server with the output in place, and clients that make it hard.</summary>
public sealed class DirectOutputTests
{
    // Far more than the kernel takes at once.
    private const int LargeBytes = 24 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_reads_late_gets_all_bytes_in_their_order()
    {
        var bytes = RandomNumberGenerator.GetBytes(LargeBytes);
        await using var app = await StartAsync(async context =>
        {
            context.Response.ContentLength = bytes.Length;
            // In pieces, each flushed: most flushes meet one that is still under way.
            for (var at = 0; at < bytes.Length; at += 100_000) await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(100_000, bytes.Length - at)), Cancellation);
        });
        using var client = await ConnectAsync(app);
        await client.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Cancellation);
        using var all = new MemoryStream();
        await new NetworkStream(client).CopyToAsync(all, Cancellation);
        var text = all.ToArray();
        var body = text.AsSpan(text.AsSpan().IndexOf("\r\n\r\n"u8) + 4);
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(body));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_ends_the_writing()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(async context =>
        {
            var piece = new byte[64 * 1024];
            try
            {
                while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                ended.TrySetResult();
                throw;
            }

            ended.TrySetResult();
        });
        using (var client = await ConnectAsync(app))
        {
            await client.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Cancellation);
            var some = new byte[1024];
            Assert.True(await client.ReceiveAsync(some, Cancellation) > 0);
            client.LingerState = new LingerOption(true, 0);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Fact]
    public async Task A_connection_serves_one_request_after_another()
    {
        await using var app = await StartAsync(context => context.Response.WriteAsync($"asked for {context.Request.Path}", Cancellation));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        for (var i = 0; i < 20; i++) Assert.Equal($"asked for /{i}", await http.GetStringAsync(new Uri($"/{i}", UriKind.Relative), Cancellation));
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static (ListenOptions listen) => DirectOutput.Use(listen)));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancellation);
        return app;
    }

    private static async Task<Socket> ConnectAsync(WebApplication app)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.First()).Port, Cancellation);
        return client;
    }
}

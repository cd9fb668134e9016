using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Listens to channels of the hub over a socket of its own, and hears all messages in the order in which the server sent them.</summary>
internal sealed class HubEar : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _listens = new();
    private readonly TcpClient _speaks = new();
    private readonly List<string> _channels = [];
    private Stream _heard = Stream.Null;
    private Stream _spoken = Stream.Null;
    private int _marks;

    private HubEar()
    {
    }

    public static async Task<HubEar> OnAsync(string endPoint, params string[] channels)
    {
        var ear = new HubEar();
        var (host, port) = (endPoint.Split(':')[0], int.Parse(endPoint.Split(':')[1], CultureInfo.InvariantCulture));
        await ear._listens.ConnectAsync(host, port);
        await ear._speaks.ConnectAsync(host, port);
        ear._heard = new BufferedStream(ear._listens.GetStream());
        ear._spoken = new BufferedStream(ear._speaks.GetStream());
        foreach (var channel in channels)
        {
            await SendAsync(ear._listens, "SUBSCRIBE", channel);
            Assert.Equal(["subscribe", channel], (await ear.ReadAsync(ear._heard))[..2]);
            ear._channels.Add(channel);
        }

        return ear;
    }

    /// <summary>The next message on any channel.</summary>
    public async Task<Heard> NextAsync()
    {
        var parts = await ReadAsync(_heard);
        Assert.Equal("message", parts[0]);
        return new Heard(parts[1], parts[2]);
    }

    /// <summary>The next message, read as one about a driver.</summary>
    public async Task<HubMessage> NextMessageAsync() => HubMessage.Parse((await NextAsync()).Text);

    /// <summary>
    /// Everything that was published before this call and not read yet: publishes a mark and reads up to it,
    /// since a server tells one subscriber in the order in which it was told.
    /// </summary>
    public async Task<List<Heard>> AllAsync()
    {
        var mark = $"mark {++_marks}";
        await SendAsync(_speaks, "PUBLISH", _channels[0], mark);
        await ReadAsync(_spoken);
        var all = new List<Heard>();
        while (await NextAsync() is var heard && heard.Text != mark) all.Add(heard);
        return all;
    }

    public ValueTask DisposeAsync()
    {
        _listens.Dispose();
        _speaks.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task SendAsync(TcpClient to, params string[] words)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words) text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await to.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), TestContext.Current.CancellationToken);
    }

    // RESP 2: an array of strings and numbers, or one of these alone.
    private async Task<string[]> ReadAsync(Stream from)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var head = await LineAsync(from, patience.Token);
        var parts = new string[head[0] == '*' ? int.Parse(head[1..], CultureInfo.InvariantCulture) : 1];
        for (var i = 0; i < parts.Length; i++)
        {
            if (head[0] == '*') parts[i] = await LineAsync(from, patience.Token);
            else parts[i] = head;
            if (parts[i][0] != '$')
            {
                parts[i] = parts[i][1..];
                continue;
            }

            var bytes = new byte[int.Parse(parts[i][1..], CultureInfo.InvariantCulture) + 2];
            await from.ReadExactlyAsync(bytes, patience.Token);
            parts[i] = Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.Length - 2));
        }

        return parts;
    }

    private static async Task<string> LineAsync(Stream from, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < 2 || line[^1] != '\n')
        {
            await from.ReadExactlyAsync(one, cancellationToken);
            line.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. line[..^2]]);
    }
}

/// <summary>A message as it came.</summary>
internal readonly record struct Heard(string Channel, string Text);

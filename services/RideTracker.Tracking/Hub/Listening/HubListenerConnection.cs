using System.Net;
using System.Text;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub.Wire;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub.Listening;

/// <summary>One connection to Redis that only listens: connects, subscribes, reads, and does it all again when the connection breaks.</summary>
/// <remarks>
/// A thread of its own waits for Redis and runs the handlers of messages: a message goes from Redis to the riders' sockets without a hop, and does not
/// queue behind whatever else the node's sockets bring, such as thousands of riders that come back at once (docs/adr/0006).
/// </remarks>
internal sealed partial class HubListenerConnection : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int MaxChannelLength = 256;

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly ConfigurationOptions _configuration;
    private readonly Func<IReadOnlyList<EndPoint>> _primaries;
    private readonly Action _restored;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> _byName;
    // Redis confirms in the order in which it was asked.
    private readonly Queue<Entry> _unconfirmed = new();
    private RespWriter _toSend = new();
    private RespWriter _beingSent = new();
    private Stream? _stream;
    private EndPoint? _server;
    private Task _running = Task.CompletedTask;
    private long _heardAt;
    private int _restoring;
    private bool _sending;
    private bool _served;
    private volatile bool _up;
    private volatile string? _failure;

    public HubListenerConnection(ConfigurationOptions configuration, Func<IReadOnlyList<EndPoint>> primaries, Action restored, TimeProvider time, ILogger log)
    {
        _configuration = configuration;
        _primaries = primaries;
        _restored = restored;
        _time = time;
        _log = log;
        _byName = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
        // One channel is always listened to: Redis may let a name in that may not listen, which would be met by the first rider only.
        _entries.Add(HubKeys.RevokedChannel, new Entry(HubKeys.RevokedChannel) { Handlers = static _ => { } });
    }

    /// <summary>Connected, and all that is wanted is subscribed.</summary>
    public bool IsUp => _up;

    /// <summary>What broke it, or refused it, last; null while it is up.</summary>
    public string? Failure => _failure;

    public Task StartAsync()
    {
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return _firstTry.Task;
    }

    /// <summary>Adds a handler; ends when the channel's subscription is in force.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached now.</exception>
    public Task AddAsync(string channel, HubMessageHandler handler)
    {
        if (channel.Length > MaxChannelLength) throw new ArgumentException($"A channel's name has {MaxChannelLength} characters at most.", nameof(channel));
        lock (_lock)
        {
            if (_stream is null) return Task.FromException(Away());
            if (!_entries.TryGetValue(channel, out var entry))
            {
                entry = new Entry(channel);
                _entries.Add(channel, entry);
                Command("SUBSCRIBE"u8, channel);
                _unconfirmed.Enqueue(entry);
            }

            entry.Handlers += handler;
            if (entry.Confirmed) return Task.CompletedTask;
            entry.Waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return entry.Waiting.Task;
        }
    }

    /// <summary>Takes a handler away, and the subscription with the last one.</summary>
    public void Remove(string channel, HubMessageHandler handler)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(channel, out var entry)) return;
            entry.Handlers -= handler;
            if (entry.Handlers is not null) return;
            _entries.Remove(channel);
            if (_stream is not null) Command("UNSUBSCRIBE"u8, channel);
        }
    }

    // May be called more than once, as hosts do with what they know under two names; the token source holds nothing that needs disposing.
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static HubUnavailableException Away(Exception? cause = null) => new("The hub does not answer: nothing can be listened to now.", cause);

    private void Run()
    {
        Thread.CurrentThread.Name = "RideTracker listener";
        var retry = FirstRetry;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var stream = RedisSocket.Connect(_configuration, _server = _primaries().FirstOrDefault() ?? throw new IOException("No server that takes writes is known."), 0, _time, _stopping.Token);
                // A reading that blocks ends when its socket is taken away.
                using var stop = _stopping.Token.UnsafeRegister(static state => ((Stream)state!).Dispose(), stream);
                Open(stream);
                using var watch = _time.CreateTimer(_ => Watch(stream), null, PingEvery, PingEvery);
                Read(stream);
            }
            catch (Exception failure)
            {
                // Whatever it is: without this loop nothing would be heard any more, and nobody would know.
                if (!RedisSocket.IsTrouble(failure)) LogFailed(failure);
                Close(failure);
            }

            _firstTry.TrySetResult();
            // One that served is tried again at once; one that keeps refusing is not.
            if (_served) retry = FirstRetry;
            _served = false;
            _stopping.Token.WaitHandle.WaitOne(retry * (0.5 + Random.Shared.NextDouble()));
            retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
        }
    }

    // From here on whoever subscribes is heard; what was subscribed before the connection broke is subscribed again.
    private void Open(Stream stream)
    {
        lock (_lock)
        {
            _stream = stream;
            _heardAt = _time.GetTimestamp();
            _unconfirmed.Clear();
            _toSend.Clear();
            foreach (var entry in _entries.Values)
            {
                Command("SUBSCRIBE"u8, entry.Channel);
                _unconfirmed.Enqueue(entry);
            }

            _restoring = _unconfirmed.Count;
        }
    }

    private void Up()
    {
        _failure = null;
        _up = true;
        _served = true;
        _firstTry.TrySetResult();
        ThreadPool.UnsafeQueueUserWorkItem(static restored => restored(), _restored, preferLocal: false);
    }

    private void Close(Exception failure)
    {
        _failure = failure.Message;
        _up = false;
        List<TaskCompletionSource> waiting = [];
        lock (_lock)
        {
            _stream = null;
            _sending = false;
            foreach (var entry in _entries.Values)
            {
                entry.Confirmed = false;
                if (entry.Waiting is { } waiter) waiting.Add(waiter);
                entry.Waiting = null;
            }
        }

        foreach (var waiter in waiting) waiter.TrySetException(Away(failure));
        if (!_stopping.IsCancellationRequested) LogBroken(failure.Message);
    }

    private void Read(Stream stream)
    {
        var buffer = new byte[BufferBytes];
        var filled = 0;
        while (true)
        {
            var read = stream.Read(buffer.AsSpan(filled));
            if (read == 0) throw new EndOfStreamException("Redis closed the connection.");
            _heardAt = _time.GetTimestamp();
            filled += read;
            var taken = Take(buffer.AsSpan(0, filled));
            filled -= taken;
            if (taken > 0) buffer.AsSpan(taken, filled).CopyTo(buffer);
            if (filled == buffer.Length)
            {
                if (filled > 2 * PushReader.MaxBytes) throw new InvalidDataException("Redis sent a message that does not end.");
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private int Take(ReadOnlySpan<byte> buffer)
    {
        var at = 0;
        while (PushReader.TryRead(buffer[at..], out var push, out var length))
        {
            at += length;
            switch (push.Kind)
            {
                case PushKind.Message:
                    Deliver(push.Channel, push.Payload);
                    break;
                case PushKind.Subscribed:
                    Confirm();
                    break;
                case PushKind.Error:
                    throw new IOException("Redis refused: " + Encoding.UTF8.GetString(push.Payload));
            }
        }

        return at;
    }

    private void Deliver(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        if (channel.Length > MaxChannelLength) return;
        Span<char> name = stackalloc char[MaxChannelLength];
        var length = Encoding.UTF8.GetChars(channel, name);
        HubMessageHandler? handlers;
        lock (_lock) handlers = _byName.TryGetValue(name[..length], out var entry) ? entry.Handlers : null;
        try
        {
            handlers?.Invoke(message);
        }
        catch (Exception bug)
        {
            // Without this one bad message would end the connection, and with it everybody's view.
            LogHandlerFailed(bug, name[..length].ToString());
        }
    }

    private void Confirm()
    {
        TaskCompletionSource? waiting;
        bool up;
        lock (_lock)
        {
            if (!_unconfirmed.TryDequeue(out var entry)) return;
            entry.Confirmed = true;
            waiting = entry.Waiting;
            entry.Waiting = null;
            up = _restoring > 0 && --_restoring == 0;
        }

        waiting?.TrySetResult();
        if (up) Up();
    }

    private void Watch(Stream stream)
    {
        try
        {
            // Or another server takes the writes now: this one would be silent for ever.
            if (_time.GetElapsedTime(_heardAt) > DeadAfter || (_primaries() is { Count: > 0 } primaries && !primaries.Contains(_server)))
            {
                stream.Dispose();
                return;
            }

            lock (_lock)
            {
                if (_stream is null) return;
                _toSend.Command(1);
                _toSend.Part("PING"u8);
                Send();
            }
        }
        catch (ObjectDisposedException failure)
        {
            // The connection ended at this moment.
            LogBroken(failure.Message);
        }
    }

    // Under the lock.
    private void Command(ReadOnlySpan<byte> command, string channel)
    {
        _toSend.Command(2);
        _toSend.Part(command);
        _toSend.Part(channel);
        Send();
    }

    // Under the lock. One write at a time; what is added meanwhile goes with the next.
    private void Send()
    {
        if (_sending) return;
        _sending = true;
        _ = SendAsync(_stream!);
    }

    private async Task SendAsync(Stream stream)
    {
        // The caller holds the lock.
        await Task.Yield();
        try
        {
            while (true)
            {
                lock (_lock)
                {
                    if (!ReferenceEquals(stream, _stream)) return;
                    if (_toSend.Length == 0)
                    {
                        _sending = false;
                        return;
                    }

                    (_toSend, _beingSent) = (_beingSent, _toSend);
                    _toSend.Clear();
                }

                // Blocking, as all that this socket does; bounded by its time-out.
                stream.Write(_beingSent.Written.Span);
            }
        }
        catch (Exception failure)
        {
            // The reader learns of it, at the latest when no ping is answered, and begins anew.
            LogBroken(failure.Message);
        }
    }

    [LoggerMessage(121, LogLevel.Warning, "The connection that listens to Redis broke: {Failure}; trying again")]
    private partial void LogBroken(string failure);

    [LoggerMessage(123, LogLevel.Error, "Listening to Redis failed; trying again")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(122, LogLevel.Error, "A message on {Channel} could not be taken; it is left out")]
    private partial void LogHandlerFailed(Exception failure, string channel);

    private sealed class Entry(string channel)
    {
        public string Channel => channel;

        public HubMessageHandler? Handlers { get; set; }

        public TaskCompletionSource? Waiting { get; set; }

        public bool Confirmed { get; set; }
    }
}

namespace RideTracker.Simulator.Traces;

/// <summary>Gives a parser only so many bytes for each thing that it reads, so that it holds no more; passes a cancellation on to a parser's reads that take none.</summary>
internal sealed class LimitedStream(Stream from, long most, CancellationToken cancellationToken) : Stream
{
    private long _taken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The parser begins the next thing.</summary>
    public void Renew() => _taken = 0;

    /// <exception cref="InvalidDataException">The parser has had its bytes.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken _ = default)
    {
        if (_taken >= most) throw new InvalidDataException($"more than {most} bytes in one piece");
        var count = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _taken += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken _) => ReadAsync(buffer.AsMemory(offset, count), _).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

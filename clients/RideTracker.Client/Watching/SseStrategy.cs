using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace RideTracker.Client.Watching;

/// <summary>Server-sent events: one GET whose answer goes on.</summary>
internal static class SseStrategy
{
    public static async Task<Outcome> RunAsync(IRiderLink link, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(link.Time, link.OpenTimeout, cancellationToken);
        SseParser<byte[]>? parser = null;
        try
        {
            using var response = await RiderHttp.GetAsync(
                link,
                headers =>
                {
                    headers.TryAddWithoutValidation("Accept", "text/event-stream");
                    if (link.Cursor is { } cursor) headers.TryAddWithoutValidation("Last-Event-ID", cursor);
                },
                deadline.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NoContent)
            {
                // 204 says that the trip is over, but not how.
                var why = await RiderHttp.ProbeAsync(link, "", deadline.Token).ConfigureAwait(false);
                return why.Kind == OutcomeKind.End ? why : Outcome.End(RiderEndReason.TripOver);
            }

            if (response.StatusCode != HttpStatusCode.OK) return await RiderHttp.RefusalAsync(link, response, deadline.Token).ConfigureAwait(false);
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream") return Outcome.Unreachable("The answer is no event stream.");
            await using var stream = new HeardStream(await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false), () => deadline.Set(link.Capabilities.Silence));
            parser = SseParser.Create(stream, static (_, data) => data.ToArray());
            await foreach (var item in parser.EnumerateAsync(deadline.Token).ConfigureAwait(false))
            {
                switch (item.EventType)
                {
                    case "position":
                        link.State(item.Data);
                        break;
                    case "end":
                        return Outcome.OfEnd(JsonSerializer.Deserialize(item.Data, RiderJson.Default.EndNotice)?.Reason);
                    default:
                        link.Heard();
                        break;
                }
            }

            return Outcome.Dropped(Retry(parser), "The server closed the stream.");
        }
        catch (Exception e) when (RiderHttp.IsTrouble(e, cancellationToken))
        {
            // Every failure of the network looks the same from here; what counts is how far the connection came.
            if (parser is null) return Outcome.Unreachable(deadline.Passed ? "The server did not answer in time." : e.Message);
            return deadline.Passed ? Outcome.Silent() : Outcome.Dropped(Retry(parser), e.Message);
        }
    }

    private static TimeSpan? Retry(SseParser<byte[]> parser) => parser.ReconnectionInterval >= TimeSpan.Zero ? parser.ReconnectionInterval : null;

    /// <summary>A stream that tells when it gave something, comments included.</summary>
    private sealed class HeardStream : Stream
    {
        private readonly Stream _inner;
        private readonly Action _heard;

        public HeardStream(Stream inner, Action heard)
        {
            _inner = inner;
            _heard = heard;
            heard();
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (length > 0) _heard();
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}

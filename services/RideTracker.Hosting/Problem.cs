using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace RideTracker.Hosting;

/// <summary>One kind of error as clients see it (RFC 9457): a stable type, its HTTP status and a title. <see cref="Problems"/> lists them all.</summary>
/// <param name="Word">The last part of the type's URI: what clients compare.</param>
/// <param name="Status">HTTP status code.</param>
/// <param name="Title">What it means, in English, the same each time.</param>
public sealed record Problem(string Word, int Status, string Title)
{
    // Not for HTML: quotes and accents are written as they are.
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Media type of the body.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>A relative reference: it names the kind and is not to be fetched.</summary>
    public string Type { get; } = "/problems/" + Word;

    /// <summary>Answers the request with this problem.</summary>
    /// <param name="context">The request; its answer has not begun.</param>
    /// <param name="detail">What is wrong this time; names the offending field. Never a token.</param>
    /// <param name="retryAfter">When to try again; goes into <c>Retry-After</c> (whole seconds, rounded up) and <c>retryAfterMs</c>.</param>
    /// <param name="more">Writes further members.</param>
    /// <param name="tripStatus">The final status of a trip that is over, in place of the HTTP status: protocol.md asks for it by this name, and RFC 9457 section 3.1 has readers pass over a <c>status</c> that is no number.</param>
    public async Task WriteAsync(HttpContext context, string detail, TimeSpan? retryAfter = null, Action<Utf8JsonWriter>? more = null, string? tripStatus = null)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(body, Readable)) Write(writer, detail, retryAfter, more, tripStatus);
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        if (response.Headers.CacheControl.Count == 0) response.Headers.CacheControl = "no-store";
        if (retryAfter is { } delay) response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary>The same as an endpoint's result.</summary>
    public IResult Result(string detail, TimeSpan? retryAfter = null, Action<Utf8JsonWriter>? more = null) =>
        new ProblemResult(this, detail, retryAfter, more);

    /// <summary>Writes the problem as one JSON object, for frames of a WebSocket too.</summary>
    public void Write(Utf8JsonWriter writer, string detail, TimeSpan? retryAfter = null, Action<Utf8JsonWriter>? more = null, string? tripStatus = null)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, Type);
        writer.WriteString("title"u8, Title);
        if (tripStatus is null) writer.WriteNumber("status"u8, Status);
        else writer.WriteString("status"u8, tripStatus);
        writer.WriteString("detail"u8, detail);
        if (retryAfter is { } delay) writer.WriteNumber("retryAfterMs"u8, (long)delay.TotalMilliseconds);
        more?.Invoke(writer);
        writer.WriteEndObject();
    }

    private sealed class ProblemResult(Problem problem, string detail, TimeSpan? retryAfter, Action<Utf8JsonWriter>? more)
        : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => problem.Status;

        public Task ExecuteAsync(HttpContext httpContext) => problem.WriteAsync(httpContext, detail, retryAfter, more);
    }
}

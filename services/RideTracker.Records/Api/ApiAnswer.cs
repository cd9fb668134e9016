using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RideTracker.Records.Api;

/// <summary>A successful answer as it goes over the wire, so that it can be kept and given again.</summary>
/// <param name="Status">HTTP status, 200 to 299.</param>
/// <param name="Body">JSON; null for none.</param>
/// <param name="Location">Header <c>Location</c>.</param>
/// <param name="Version">Header <c>ETag</c>, as the version in quotes.</param>
public sealed record ApiAnswer(int Status, string? Body, string? Location = null, int? Version = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>An answer with a body.</summary>
    public static ApiAnswer Of<T>(T value, int status = StatusCodes.Status200OK, string? location = null, int? version = null) =>
        new(status, JsonSerializer.Serialize(value, ApiJson.Options), location, version);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "private, no-cache";
        if (Location is not null) response.Headers.Location = Location;
        if (Version is { } version) response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        if (Body is null) return;
        var bytes = Encoding.UTF8.GetBytes(Body);
        response.ContentType = "application/json";
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method)) await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}

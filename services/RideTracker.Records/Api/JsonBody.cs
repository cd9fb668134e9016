using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using RideTracker.Hosting;

namespace RideTracker.Records.Api;

/// <summary>
/// A JSON request body as an endpoint's parameter: read within its limit and checked, or a problem that names the field. Unknown members are ignored.
/// </summary>
/// <typeparam name="T">What it is made of; described in the OpenAPI document.</typeparam>
public sealed class JsonBody<T> : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class, ICheckedBody
{
    private JsonBody(T? value, IResult? wrong) => (_value, Wrong) = (value, wrong);

    private readonly T? _value;

    /// <summary>What to answer where the body is not good; else null.</summary>
    public IResult? Wrong { get; }

    /// <summary>The body, where <see cref="Wrong"/> is null.</summary>
    public T Value => _value ?? throw new InvalidOperationException("The body is wrong: answer with Wrong.");

    /// <summary>A hash of what the body says, the same however it is spaced or ordered.</summary>
    public byte[] Fingerprint() => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Value, ApiJson.Options));

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var errors = new FieldErrors();
        if (await ReadAsync(context.Request, T.MaxBytes, context.RequestAborted) is not { } bytes)
        {
            return new JsonBody<T>(null, Problems.TooLarge.Result(string.Create(CultureInfo.InvariantCulture, $"body: {T.MaxBytes} bytes at the most.")));
        }

        T? value = null;
        if (bytes.Length == 0) errors.Add("body", "is missing");
        else
        {
            try
            {
                value = JsonSerializer.Deserialize<T>(bytes, ApiJson.Options);
                if (value is null) errors.Add("body", "must be an object");
                else value.Check(errors);
            }
            catch (JsonException failure)
            {
                var (field, what) = JsonBody.Describe(failure);
                errors.Add(field, what);
            }
        }

        return new JsonBody<T>(value, errors.Body());
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), [Problem.ContentType]));
    }

    // Null: it is larger than that.
    private static async ValueTask<byte[]?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) return null;
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > maxBytes) return null;
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

/// <summary>Says in our own words what the serializer says in those of .NET.</summary>
internal static class JsonBody
{
    public static (string Field, string What) Describe(JsonException failure)
    {
        var path = failure.Path is { Length: > 2 } full && full.StartsWith("$.", StringComparison.Ordinal) ? full[2..] : failure.Path is { Length: > 1 } index ? index[1..] : "body";
        var message = failure.Message;
        // Where a member was of the wrong kind the reader says which kind it looked for; the outer message names only the object around.
        var sought = failure.InnerException?.Message ?? "";
        if (failure.InnerException is null && !message.Contains("could not be converted", StringComparison.Ordinal) || failure.InnerException is JsonException)
            return ("body", string.Create(CultureInfo.InvariantCulture, $"is no JSON that can be read here, at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}"));
        var kind = sought.Contains("as a string", StringComparison.Ordinal) ? "a text"
            : sought.Contains("as a boolean", StringComparison.Ordinal) ? "true or false"
            : sought.Contains("as a number", StringComparison.Ordinal) || failure.InnerException is FormatException ? "a number"
            : message.Contains("[]", StringComparison.Ordinal) || message.Contains("List`1", StringComparison.Ordinal) ? "an array"
            : message.Contains("System.Double", StringComparison.Ordinal) ? "a number"
            : message.Contains("System.Int", StringComparison.Ordinal) ? "a whole number"
            : message.Contains("System.Boolean", StringComparison.Ordinal) ? "true or false"
            : message.Contains("System.String", StringComparison.Ordinal) ? "a text"
            : "an object";
        return (path, $"must be {kind}");
    }
}

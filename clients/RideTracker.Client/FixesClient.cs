using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using RideTracker.Client.Doors;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client;

/// <summary>Reports fixes by HTTP, for devices and scripts that hold no connection. Nothing is buffered or repeated.</summary>
/// <param name="http">Its base address is the server's.</param>
public sealed class FixesClient(HttpClient http)
{
    /// <summary>Posts one report and waits until the server has settled it, or said when to try again.</summary>
    /// <param name="driver">Who reports: the <c>sub</c> of the token.</param>
    /// <param name="token">A driver token.</param>
    /// <param name="fixes">1 to 500 fixes.</param>
    /// <exception cref="DriverRefusedException">401 or 403.</exception>
    /// <exception cref="HttpRequestException">The server can't be reached, or refuses the report as a whole (400, 413).</exception>
    public async Task<FixesAnswer> PostAsync(DriverId driver, string token, ReadOnlyMemory<DriverFix> fixes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/drivers/{Uri.EscapeDataString(driver.Value)}/fixes") { Content = Body(fixes.Span) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw new DriverRefusedException(response.StatusCode);
            case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable:
                return new FixesAnswer(null, response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The server refused the report ({(int)response.StatusCode}): {Detail(body)}", null, response.StatusCode);
        }

        return new FixesAnswer(JsonSerializer.Deserialize(body, DoorJson.Default.Ack), null);
    }

    private static ByteArrayContent Body(ReadOnlySpan<DriverFix> fixes)
    {
        var buffer = new ArrayBufferWriter<byte>(fixes.Length * 128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (ref readonly var fix in fixes) DriverFixJsonConverter.WriteFix(writer, in fix);
            writer.WriteEndArray();
        }

        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string Detail(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DoorJson.Default.ProblemNotice)?.ToString() ?? "";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }
}

/// <summary>The server's answer to one report: an Ack, or nothing settled and when to try again.</summary>
public readonly record struct FixesAnswer(Ack? Ack, TimeSpan? RetryAfter);

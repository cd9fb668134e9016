using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Server-sent events, parsed by the words of WHATWG HTML 9.2.</summary>
internal sealed class SseRider : Rider
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private SseRider(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    /// <summary>The id of the last event that had one.</summary>
    public string? LastId { get; private set; }

    public static async Task<Rider> ConnectAsync(ITestServer node, string path, string token, string? cursor, HttpClient client, TimeSpan patience)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Url, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (cursor is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        return new SseRider(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)) { Patience = patience };
    }

    public override async Task<string?> NextJsonAsync()
    {
        while (await NextEventAsync() is { } one)
        {
            switch (one.Event)
            {
                case "position":
                    return one.Data;
                case "alive":
                    Assert.Equal("{}", one.Data);
                    Assert.Null(one.Id);
                    Alives++;
                    break;
                case "end":
                    using (var end = JsonDocument.Parse(one.Data)) EndReason = end.RootElement.GetProperty("reason").GetString();
                    break;
                default:
                    Assert.Fail($"unknown event {one.Event}");
                    break;
            }
        }

        return null;
    }

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<SseEvent?> NextEventAsync()
    {
        string? id = null, name = null;
        var data = new List<string>();
        while (true)
        {
            string? line;
            try
            {
                line = await _reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException)
            {
                return null;
            }

            if (line is null) return null;
            if (line.Length == 0)
            {
                if (data.Count == 0) continue;
                if (id is not null) LastId = id;
                return new SseEvent(id, name ?? "message", string.Join('\n', data));
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            if (value.StartsWith(' ')) value = value[1..];
            switch (field)
            {
                case "id":
                    id = value;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data.Add(value);
                    break;
                case "retry":
                    RetryMs = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>One server-sent event.</summary>
internal sealed record SseEvent(string? Id, string Event, string Data);

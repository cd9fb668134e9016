using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records.Events;

/// <summary>A client of the stream of events, parsed by the words of WHATWG HTML 9.2.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpClient _client;
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpClient client, HttpResponseMessage response, Stream stream)
    {
        (_client, _response, _reader) = (client, response, new StreamReader(stream));
    }

    /// <summary>The id of the last event that had one.</summary>
    public string? LastId { get; private set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<EventStream> OpenAsync(RecordsNode node, string token, string query = "", string? lastId = null)
    {
        var client = node.As(token);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events" + query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventStream(client, response, await response.Content.ReadAsStreamAsync(Cancel));
    }

    /// <summary>The next event that is not `alive`; null at the end.</summary>
    public async Task<SseEvent?> NextAsync()
    {
        while (await AnyAsync() is { } one)
        {
            if (one.Event != "alive") return one;
        }

        return null;
    }

    /// <summary>The next event of any name; null at the end. Fails after a minute.</summary>
    public async Task<SseEvent?> AnyAsync()
    {
        string? id = null, name = null, data = null;
        while (true)
        {
            var line = await _reader.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            if (line is null) return null;
            if (line.Length == 0)
            {
                if (id is not null) LastId = id;
                if (data is not null) return new SseEvent(id, name ?? "message", data);
                name = null;
                continue;
            }

            var (field, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart(' '));
            if (field == "id") id = value;
            else if (field == "event") name = value;
            else if (field == "data") data = value;
            else Assert.True(field == "retry" && int.Parse(value, CultureInfo.InvariantCulture) > 0, line);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
        _client.Dispose();
    }
}

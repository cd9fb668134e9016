using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace RideTracker.Tracking.Delivery;

/// <summary>Reads the headers by which a client says how it wants a state and which one it has.</summary>
public static class Preconditions
{
    /// <summary>The strategy that a request asks for. Precedence: WebSocket, then event stream, then wait, then plain.</summary>
    public static Strategy StrategyOf(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest) return Strategy.WebSocket;
        // A HEAD asks what a plain GET would say.
        if (HttpMethods.IsHead(context.Request.Method)) return Strategy.Poll;
        if (WantsEventStream(context.Request)) return Strategy.Sse;
        return WaitSeconds(context.Request) is > 0 ? Strategy.LongPoll : Strategy.Poll;
    }

    /// <summary>Seconds of <c>Prefer: wait=N</c> (RFC 7240 section 4.3); null if there is none that can be read.</summary>
    public static int? WaitSeconds(HttpRequest request)
    {
        foreach (var header in request.Headers["Prefer"])
        {
            foreach (var preference in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                var name = preference.Split(';')[0];
                var equals = name.IndexOf('=');
                if (equals < 0 || !name[..equals].Trim().Equals("wait", StringComparison.OrdinalIgnoreCase)) continue;
                var value = name[(equals + 1)..].Trim().Trim('"');
                if (value.Length == 0 || value.Any(c => !char.IsAsciiDigit(c))) continue;
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : int.MaxValue;
            }
        }

        return null;
    }

    /// <summary>The entity tags of <c>If-None-Match</c> without quotes, <c>W/</c> and the <c>-gzip</c> that proxies add; <c>*</c> stands for itself. Null without the header.</summary>
    public static IReadOnlyList<string>? EntityTags(HttpRequest request)
    {
        var headers = request.Headers.IfNoneMatch;
        if (headers.Count == 0) return null;
        var tags = new List<string>();
        foreach (var part in headers.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var tag = part.StartsWith("W/", StringComparison.Ordinal) ? part[2..] : part;
            tag = tag.Trim('"');
            if (tag.EndsWith("-gzip", StringComparison.Ordinal)) tag = tag[..^5];
            tags.Add(tag);
        }

        return tags;
    }

    private static bool WantsEventStream(HttpRequest request)
    {
        foreach (var header in request.Headers.Accept)
        {
            if (header is null || !header.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var part in header.Split(','))
            {
                if (MediaTypeHeaderValue.TryParse(part, out var type) && type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) && type.Quality is null or > 0)
                    return true;
            }
        }

        return false;
    }
}

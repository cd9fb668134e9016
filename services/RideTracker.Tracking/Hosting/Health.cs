using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: send clients here, or not and why.</summary>
public static class Health
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => TypedResults.Text("live\n")).AllowAnonymous().WithName("Live").WithSummary("The process answers");
        endpoints.MapGet("/health/ready", (HubLink hub, NodeDrain drain) => (hub.IsUp, drain.Draining) switch
        {
            (_, true) => TypedResults.Text("draining\n", statusCode: StatusCodes.Status503ServiceUnavailable),
            (false, _) => TypedResults.Text($"Redis is not reachable: {hub.Trouble}\n", statusCode: StatusCodes.Status503ServiceUnavailable),
            _ => TypedResults.Text("ready\n"),
        }).AllowAnonymous().WithName("Ready").WithSummary("Clients may be sent here").Produces<string>(503, "text/plain");
        return endpoints;
    }
}

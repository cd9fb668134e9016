using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Trails;

namespace RideTracker.Records.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: send clients here, or not and why. Without Redis Records serves on: its outbox waits.</summary>
public static class Health
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => TypedResults.Text("live\n")).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapGet("/health/ready", async (IDbContextFactory<RecordsDb> databases, HubConnection hub, TrailProgress trails, CancellationToken cancellationToken) =>
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (!await db.Database.CanConnectAsync(cancellationToken)) return TypedResults.Text("the database is not reachable\n", statusCode: StatusCodes.Status503ServiceUnavailable);
            var words = hub.IsUp ? "ready" : "ready; Redis is not reachable, what it must know waits";
            // Not a reason to send clients elsewhere: what stands still waits in Redis, and other Records may read it.
            if (trails.Trouble is { } trouble) words += $"; {trouble}";
            return TypedResults.Text(words + "\n");
        }).AllowAnonymous().ExcludeFromDescription();
        return endpoints;
    }
}

using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;

namespace RideTracker.Records.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: send clients here, or not and why. Without Redis Records serves on: its outbox waits.</summary>
public static class Health
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => TypedResults.Text("live\n")).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapGet("/health/ready", async (IDbContextFactory<RecordsDb> databases, HubConnection hub, CancellationToken cancellationToken) =>
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (!await db.Database.CanConnectAsync(cancellationToken)) return TypedResults.Text("the database is not reachable\n", statusCode: StatusCodes.Status503ServiceUnavailable);
            return TypedResults.Text(hub.IsUp ? "ready\n" : "ready; Redis is not reachable, what it must know waits\n");
        }).AllowAnonymous().ExcludeFromDescription();
        return endpoints;
    }
}

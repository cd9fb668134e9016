using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Hub;

namespace RideTracker.Tracking.Nodes;

/// <summary>Puts the nodes slice into a host.</summary>
public static class NodesSetup
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddNodes(this IServiceCollection services)
    {
        services.AddSingleton<NodeBoard>();
        services.AddSingleton<NodeGauges>();
        services.AddHostedService<NodeTeller>();
        return services;
    }

    /// <summary>Maps <c>GET /v1/nodes</c>: every node answers for all.</summary>
    public static IEndpointConventionBuilder MapNodes(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods("/v1/nodes", ["GET", "HEAD"], ReadAsync)
            .RequireAuthorization(AccessPolicies.Staff)
            .WithName("Nodes")
            .WithSummary("How the tracking nodes fare")
            .Produces<NodeList>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(503);

    private static async Task<IResult> ReadAsync(NodeBoard board, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Json(await board.ReadAsync(cancellationToken), NodesJson.Default.NodeList);
        }
        catch (HubUnavailableException)
        {
            return Problems.HubUnavailable.Result("The hub does not answer; try again after the delay.", RetryAfter);
        }
    }
}

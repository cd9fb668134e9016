using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Records.Database;
using RideTracker.Records.Trails.Export;

namespace RideTracker.Records.Trails;

/// <summary>Puts the history of fixes into a host.</summary>
public static class TrailsSetup
{
    public static IServiceCollection AddTrails(this IServiceCollection services)
    {
        services.AddCheckedOptions<TrailOptions>(TrailOptions.Section);
        services.AddSingleton<TrailProgress>();
        services.AddSingleton<TrailMetrics>();
        services.AddSingleton<FixQueue>();
        services.AddSingleton<IFixStore>(provider =>
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Engine == DatabaseEngine.Sqlite ? new SqliteFixStore() : new PostgresFixStore());
        services.AddSingleton<BatchWriter>();
        services.AddSingleton<TrailPages>();
        services.AddHostedService<QueueReader>();
        services.AddSingleton<IExpires, OldFixes>();
        return services;
    }

    /// <summary>Maps trails onto Records' group.</summary>
    public static RouteGroupBuilder MapTrails(this RouteGroupBuilder group)
    {
        TrailsApi.Map(group);
        return group;
    }
}

using RideTracker.Hosting;

namespace RideTracker.Records.Outbox;

/// <summary>Puts the outbox into a host. Each slice adds its own <see cref="IProjected"/>.</summary>
public static class OutboxSetup
{
    /// <summary>What commands need too.</summary>
    public static IServiceCollection AddOutboxCore(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<OutboxMetrics>();
        services.AddSingleton<Rebuild>();
        return services;
    }

    /// <summary>The worker of a serving host.</summary>
    public static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services.AddCheckedOptions<OutboxOptions>(OutboxOptions.Section);
        services.AddHostedService<OutboxWorker>();
        services.AddHostedService<OutboxEar>();
        return services;
    }
}

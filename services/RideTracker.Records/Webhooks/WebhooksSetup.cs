using RideTracker.Hosting;
using RideTracker.Records.Database;

namespace RideTracker.Records.Webhooks;

/// <summary>Puts webhooks into a host.</summary>
public static class WebhooksSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddCheckedOptions<WebhooksOptions>(WebhooksOptions.Section);
        services.AddSingleton<WebhooksMetrics>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<IExpires>(provider => provider.GetRequiredService<DeliveryQueue>());
        services.AddHostedService<WebhookWorker>();
        return services;
    }

    public static RouteGroupBuilder MapWebhooks(this RouteGroupBuilder group)
    {
        WebhooksApi.Map(group);
        return group;
    }
}

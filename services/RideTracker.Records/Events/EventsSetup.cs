using Microsoft.Extensions.DependencyInjection.Extensions;
using RideTracker.Hosting;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Puts the log of events into a host.</summary>
public static class EventsSetup
{
    /// <summary>Adds the log for those who write to it.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.TryAddSingleton<EventLog>();
        return services;
    }

    /// <summary>Adds what serves the log over HTTP, and keeps it short.</summary>
    public static IServiceCollection AddEventFeed(this IServiceCollection services)
    {
        services.AddCheckedOptions<EventsOptions>(EventsOptions.Section);
        services.AddSingleton<EventTail>();
        services.AddHostedService(provider => provider.GetRequiredService<EventTail>());
        services.AddSingleton<EventStreams>();
        services.AddSingleton<IExpires, OldEvents>();
        return services;
    }

    public static RouteGroupBuilder MapEvents(this RouteGroupBuilder group)
    {
        EventsApi.Map(group);
        return group;
    }
}

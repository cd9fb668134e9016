using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RideTracker.Records.Events;

/// <summary>Puts the log of events into a host.</summary>
public static class EventsSetup
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.TryAddSingleton<EventLog>();
        return services;
    }
}

namespace RideTracker.Records.Privacy;

/// <summary>Puts export and erasure into a host; commands use them.</summary>
public static class PrivacySetup
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services)
    {
        services.AddSingleton<PersonInHub>();
        services.AddSingleton<PersonExport>();
        services.AddSingleton<Erasure>();
        return services;
    }
}

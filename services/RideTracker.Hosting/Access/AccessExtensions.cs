using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace RideTracker.Hosting.Access;

/// <summary>Adds tokens, roles and revocation to a host. What has no policy of its own needs a valid token; public endpoints say <c>AllowAnonymous</c>.</summary>
public static class AccessExtensions
{
    /// <summary>Adds what makes tokens, for a host that checks none.</summary>
    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<TokenMinter>();
        return services;
    }

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        // Two hosts in one process (the demo) have one of it.
        if (services.Any(service => service.ServiceType == typeof(TokenMinter))) return services;
        services.AddSigning();
        services.AddSingleton<Revocations>();
        services.AddSingleton<RevocationList>();
        services.AddHostedService(provider => provider.GetRequiredService<RevocationList>());
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessPolicies.Driver, policy => policy.RequireRole(Role.Driver.ToWire()))
            .AddPolicy(AccessPolicies.Rider, policy => policy.RequireRole(Role.Rider.ToWire()))
            .AddPolicy(AccessPolicies.Dispatcher, policy => policy.RequireRole(Role.Dispatcher.ToWire()))
            .AddPolicy(AccessPolicies.Service, policy => policy.RequireRole(Role.Service.ToWire()))
            .AddPolicy(AccessPolicies.Staff, policy => policy.RequireRole(Role.Service.ToWire(), Role.Dispatcher.ToWire()))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        services.AddLogging(logging => logging
            // At Information this category writes each request's query string, and with it access_token. Off altogether, since as long as anything of
            // it is on the framework keeps an activity and a log scope for each open stream: 700 bytes.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            // And these write a stack trace for each bad token: whoever sends many would fill the disk.
            .AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Authorization", LogLevel.Warning));
        return services;
    }

    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.UseAuthentication().UseAuthorization();
}

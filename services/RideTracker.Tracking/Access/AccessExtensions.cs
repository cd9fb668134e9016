using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace RideTracker.Tracking.Access;

/// <summary>Adds tokens, roles and revocation to a host. What has no policy of its own needs a valid token; public endpoints say <c>AllowAnonymous</c>.</summary>
public static class AccessExtensions
{
    public static IHostApplicationBuilder AddAccess(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<TokenMinter>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessPolicies.Driver, policy => policy.RequireRole(Role.Driver.ToWire()))
            .AddPolicy(AccessPolicies.Rider, policy => policy.RequireRole(Role.Rider.ToWire()))
            .AddPolicy(AccessPolicies.Dispatcher, policy => policy.RequireRole(Role.Dispatcher.ToWire()))
            .AddPolicy(AccessPolicies.Service, policy => policy.RequireRole(Role.Service.ToWire()))
            .AddPolicy(AccessPolicies.Staff, policy => policy.RequireRole(Role.Service.ToWire(), Role.Dispatcher.ToWire()))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        // At Information this category writes each request's query string, and with it access_token.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        // And these write a stack trace for each bad token: whoever sends many would fill the disk.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Authorization", LogLevel.Warning);
        return builder;
    }

    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.UseAuthentication().UseAuthorization();
}

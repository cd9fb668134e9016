using RideTracker.Hosting;
using RideTracker.Records.Database;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Tokens;

/// <summary>Puts tokens and share links into a host.</summary>
public static class TokensSetup
{
    public static IServiceCollection AddTokens(this IServiceCollection services)
    {
        services.AddCheckedOptions<TokensOptions>(TokensOptions.Section);
        services.AddSingleton<TokenDesk>();
        services.AddSingleton<IExpires, OldTokens>();
        return services;
    }

    /// <summary>What commands need too: how revocations reach the hub.</summary>
    public static IServiceCollection AddTokenProjection(this IServiceCollection services) => services.AddSingleton<IProjected, RevokedTokens>();

    public static RouteGroupBuilder MapTokens(this RouteGroupBuilder group) => group.MapTokensApi().MapSharesApi();
}

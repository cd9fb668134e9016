using RideTracker.Hosting;

namespace RideTracker.Records.Tokens;

/// <summary>Puts tokens and share links into a host.</summary>
public static class TokensSetup
{
    public static IServiceCollection AddTokens(this IServiceCollection services)
    {
        services.AddCheckedOptions<TokensOptions>(TokensOptions.Section);
        services.AddSingleton<TokenDesk>();
        return services;
    }

    public static RouteGroupBuilder MapTokens(this RouteGroupBuilder group) => group.MapTokensApi();
}

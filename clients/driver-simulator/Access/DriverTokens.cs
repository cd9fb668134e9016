using Microsoft.IdentityModel.JsonWebTokens;
using RideTracker.Protocol;

namespace RideTracker.Simulator.Access;

/// <summary>Where drivers' tokens come from: minted for each, or one that was given.</summary>
internal sealed class DriverTokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly TokenMinter? _minter;
    private readonly string? _token;

    private DriverTokens(TokenMinter? minter, string? token, DriverId? only) => (_minter, _token, Only) = (minter, token, only);

    /// <summary>The driver of the given token; null when tokens are minted for any.</summary>
    public DriverId? Only { get; }

    /// <exception cref="SimulatorException">Neither a key nor a token, both, or no driver's token.</exception>
    public static DriverTokens From(string? key, string? token, TimeProvider time)
    {
        if (token is null)
        {
            return key is null
                ? throw new SimulatorException(ExitCodes.Usage, "Reporting needs a token: give --token-key KEY (or RIDETRACKER_KEY in the environment) to mint one for each car, or --token TOKEN for one.")
                : new(new TokenMinter(SigningKey.Read(key), time), null, null);
        }

        try
        {
            var jwt = new JsonWebTokenHandler().ReadJsonWebToken(token);
            return DriverId.TryParse(jwt.Subject, out var driver)
                ? new(null, token, driver)
                : throw new SimulatorException(ExitCodes.Usage, "--token: its 'sub' is no driver id.");
        }
        catch (ArgumentException e)
        {
            throw new SimulatorException(ExitCodes.Usage, "--token is no JWT.", e);
        }
    }

    public ValueTask<string> GetAsync(DriverId driver, CancellationToken cancellationToken) => new(_token ?? _minter!.Mint("driver", driver.Value, null, Lifetime));
}

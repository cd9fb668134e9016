using Microsoft.Extensions.Options;

namespace RideTracker.Records.Routing;

/// <summary>Refuses an OSRM address that can't be asked and a file of streets that is not there.</summary>
internal sealed class RoutingOptionsValidator : IValidateOptions<RoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, RoutingOptions options)
    {
        var errors = new List<string>();
        if (!string.IsNullOrEmpty(options.Osrm) && RoutingOptions.OsrmAddress(options.Osrm) is null)
            errors.Add($"Routing:Osrm must be an http or https URL without a query and without a user, such as http://osrm:5000/, but is '{options.Osrm}'.");
        if (!string.IsNullOrEmpty(options.Streets) && !File.Exists(options.Streets))
            errors.Add($"Routing:Streets must name a GeoJSON file of streets, but there is no file '{options.Streets}'.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

namespace RideTracker.Hosting.Access;

/// <summary>What a token's holder is: its claim <c>role</c>.</summary>
public enum Role
{
    /// <summary>Reports where it is, for its own <c>sub</c> only.</summary>
    Driver,

    /// <summary>Sees one trip (claim <c>trip</c>) and, anonymously, the cars around.</summary>
    Rider,

    /// <summary>Sees every vehicle and every trip.</summary>
    Dispatcher,

    /// <summary>Creates trips, manages drivers and issues tokens.</summary>
    Service,
}

/// <summary>The claim's words for <see cref="Role"/>.</summary>
public static class Roles
{
    public static string ToWire(this Role role) => role switch
    {
        Role.Driver => "driver",
        Role.Rider => "rider",
        Role.Dispatcher => "dispatcher",
        Role.Service => "service",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };

    /// <summary>Reads the claim's word; false if it is none.</summary>
    public static bool TryParse(string? word, out Role role)
    {
        (role, var known) = word switch
        {
            "driver" => (Role.Driver, true),
            "rider" => (Role.Rider, true),
            "dispatcher" => (Role.Dispatcher, true),
            "service" => (Role.Service, true),
            _ => (default, false),
        };
        return known;
    }
}

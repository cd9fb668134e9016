namespace RideTracker.Hosting.Access;

/// <summary>Names of the authorization policies.</summary>
public static class AccessPolicies
{
    /// <summary>Role driver.</summary>
    public const string Driver = "driver";

    /// <summary>Role rider.</summary>
    public const string Rider = "rider";

    /// <summary>Role dispatcher.</summary>
    public const string Dispatcher = "dispatcher";

    /// <summary>Role service.</summary>
    public const string Service = "service";

    /// <summary>Role service or dispatcher: trips and records.</summary>
    public const string Staff = "staff";
}

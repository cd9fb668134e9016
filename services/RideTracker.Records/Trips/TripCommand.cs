namespace RideTracker.Records.Trips;

/// <summary>What can be asked of a trip.</summary>
public enum TripCommand
{
    /// <summary>Give it a driver, or another one.</summary>
    Assign,

    /// <summary>The driver is at the pickup: seen by its fixes, or said by an operator.</summary>
    Arrive,

    /// <summary>The rider is in the car.</summary>
    Start,

    /// <summary>The rider is at the drop-off.</summary>
    Complete,

    /// <summary>It does not take place, or no further.</summary>
    Cancel,
}

/// <summary>The wire's words for <see cref="TripCommand"/>: the last part of the address.</summary>
public static class TripCommands
{
    public static string ToWire(this TripCommand command) => command switch
    {
        TripCommand.Assign => "assign",
        TripCommand.Arrive => "arrive",
        TripCommand.Start => "start",
        TripCommand.Complete => "complete",
        TripCommand.Cancel => "cancel",
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
    };
}

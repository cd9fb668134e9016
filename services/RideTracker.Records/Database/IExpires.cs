namespace RideTracker.Records.Database;

/// <summary>Something that is kept for a time only. Each slice adds its own; <see cref="Retention"/> asks all of them.</summary>
internal interface IExpires
{
    /// <summary>What it is, in the plural, for the log.</summary>
    string What { get; }

    /// <summary>Deletes what is past its time. Several hosts may be at it at once; what one call does not get done, the next one does.</summary>
    Task ForgetAsync(CancellationToken cancellationToken);
}

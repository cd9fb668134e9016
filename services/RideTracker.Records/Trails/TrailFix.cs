using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideTracker.Protocol.Fixes;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Trails;

/// <summary>An accepted fix in the history, table <c>fixes</c>: on PostgreSQL partitioned by days of <see cref="FixTime"/> (UTC), see <see cref="PostgresFixDays"/>.</summary>
/// <remarks>Written by an <see cref="IFixStore"/>, never by the change tracker.</remarks>
public sealed class TrailFix
{
    /// <summary>See <see cref="Protocol.DriverId"/>.</summary>
    public required string Driver { get; init; }

    /// <summary>When the phone took it; a driver has one fix at a time.</summary>
    public required DateTimeOffset FixTime { get; init; }

    /// <summary>When the hub accepted it.</summary>
    public required DateTimeOffset ReceivedTime { get; init; }

    /// <summary>Degrees WGS 84.</summary>
    public required double Latitude { get; init; }

    /// <summary>Degrees WGS 84.</summary>
    public required double Longitude { get; init; }

    /// <inheritdoc cref="DriverFix.AccuracyMeters"/>
    public float? AccuracyMeters { get; init; }

    /// <inheritdoc cref="DriverFix.SpeedMps"/>
    public float? SpeedMps { get; init; }

    /// <inheritdoc cref="DriverFix.HeadingDegrees"/>
    public float? HeadingDegrees { get; init; }

    /// <inheritdoc cref="DriverFix.AltitudeMeters"/>
    public float? AltitudeMeters { get; init; }

    /// <inheritdoc cref="DriverFix.Battery"/>
    public float? Battery { get; init; }

    /// <inheritdoc cref="DriverFix.Charging"/>
    public bool? Charging { get; init; }

    /// <inheritdoc cref="DriverFix.Mock"/>
    public bool? Mock { get; init; }
}

internal sealed class TrailFixTable : IEntityTypeConfiguration<TrailFix>
{
    public const string Name = "fixes";

    public void Configure(EntityTypeBuilder<TrailFix> table)
    {
        table.ToTable(Name);
        table.HasKey(fix => new { fix.Driver, fix.FixTime });
        table.Property(fix => fix.Driver).HasColumnName("driver").UseCollation(TripTable.ByteOrder);
        table.Property(fix => fix.FixTime).HasColumnName("fix_time");
        table.Property(fix => fix.ReceivedTime).HasColumnName("received_time");
        table.Property(fix => fix.Latitude).HasColumnName("lat");
        table.Property(fix => fix.Longitude).HasColumnName("lng");
        table.Property(fix => fix.AccuracyMeters).HasColumnName("accuracy");
        table.Property(fix => fix.SpeedMps).HasColumnName("speed");
        table.Property(fix => fix.HeadingDegrees).HasColumnName("heading");
        table.Property(fix => fix.AltitudeMeters).HasColumnName("altitude");
        table.Property(fix => fix.Battery).HasColumnName("battery");
        table.Property(fix => fix.Charging).HasColumnName("charging");
        table.Property(fix => fix.Mock).HasColumnName("mock");
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NetTopologySuite.Geometries;

namespace RideTracker.Records.Geofences;

/// <summary>A geofence as it is kept.</summary>
public sealed class GeofenceRow
{
    public required string Id { get; set; }

    public string? Name { get; set; }

    public int? DwellSeconds { get; set; }

    /// <summary>Valid, WGS 84, longitudes -180 to 180, cut in two at the antimeridian.</summary>
    public required MultiPolygon Area { get; set; }

    /// <summary>The version of the set of all geofences (<see cref="GeofenceSetRow"/>) at which it became what it is.</summary>
    public long Version { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GeofenceRow>
    {
        public void Configure(EntityTypeBuilder<GeofenceRow> builder)
        {
            builder.ToTable("geofences");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id").HasMaxLength(64).UseCollation(Trips.TripTable.ByteOrder);
            builder.Property(row => row.Name).HasColumnName("name").HasMaxLength(200);
            builder.Property(row => row.DwellSeconds).HasColumnName("dwell_seconds");
            builder.Property(row => row.Area).HasColumnName("area").HasColumnType("geometry(MultiPolygon,4326)");
            builder.Property(row => row.Version).HasColumnName("version");
            builder.Property(row => row.UpdatedAt).HasColumnName("updated_at");
            builder.HasIndex(row => row.Area).HasMethod("gist");
        }
    }
}

/// <summary>Counts the changes of the set of all geofences; one row. Whoever changes a geofence holds it until the commit.</summary>
public sealed class GeofenceSetRow
{
    /// <summary>The row's only key.</summary>
    public const int OnlyId = 1;

    public int Id { get; set; } = OnlyId;

    public long Version { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GeofenceSetRow>
    {
        public void Configure(EntityTypeBuilder<GeofenceSetRow> builder)
        {
            builder.ToTable("geofence_set");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            builder.Property(row => row.Version).HasColumnName("version");
            builder.HasData(new GeofenceSetRow());
        }
    }
}

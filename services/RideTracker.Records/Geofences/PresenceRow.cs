using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Geofences;

/// <summary>What is known of one driver among the geofences: <see cref="Crossings.DriverPresence"/> as it is kept.</summary>
public sealed class PresenceRow
{
    public required string Driver { get; set; }

    /// <summary>Unix ms; 0: no fix yet.</summary>
    public long FixTimeMs { get; set; }

    public double Lat { get; set; }

    public double Lng { get; set; }

    public double AccuracyMeters { get; set; }

    public long FencesVersion { get; set; }

    /// <summary>JSON array of <see cref="Crossings.FenceStay"/>.</summary>
    public string Stays { get; set; } = "[]";

    internal sealed class Configuration : IEntityTypeConfiguration<PresenceRow>
    {
        public void Configure(EntityTypeBuilder<PresenceRow> builder)
        {
            // Changed with each batch: room is left in the pages, so that a change needs no new index entry (HOT).
            builder.ToTable("geofence_presence").HasStorageParameter("fillfactor", 60);
            builder.HasKey(row => row.Driver);
            builder.Property(row => row.Driver).HasColumnName("driver").HasMaxLength(64).UseCollation(Trips.TripTable.ByteOrder);
            builder.Property(row => row.FixTimeMs).HasColumnName("fix_time_ms");
            builder.Property(row => row.Lat).HasColumnName("lat");
            builder.Property(row => row.Lng).HasColumnName("lng");
            builder.Property(row => row.AccuracyMeters).HasColumnName("accuracy");
            builder.Property(row => row.FencesVersion).HasColumnName("fences_version");
            builder.Property(row => row.Stays).HasColumnName("stays");
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Drivers;

/// <summary>A time in which a driver is or was off duty. A driver without one that is open is on duty, also one that nobody has registered.</summary>
public sealed class OffDutyRow
{
    public required string Driver { get; set; }

    /// <summary>Unix ms; no two spells of a driver begin at the same time.</summary>
    public long FromMs { get; set; }

    /// <summary>Unix ms; null while it is off duty.</summary>
    public long? ToMs { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<OffDutyRow>
    {
        internal const string OneOpen = "ux_off_duty_open";

        public void Configure(EntityTypeBuilder<OffDutyRow> builder)
        {
            builder.ToTable("off_duty");
            builder.HasKey(row => new { row.Driver, row.FromMs });
            builder.Property(row => row.Driver).HasColumnName("driver").HasMaxLength(64).UseCollation(TripTable.ByteOrder);
            builder.Property(row => row.FromMs).HasColumnName("from_ms");
            builder.Property(row => row.ToMs).HasColumnName("to_ms");
            builder.HasIndex(row => row.Driver, OneOpen).IsUnique().HasDatabaseName(OneOpen).HasFilter("to_ms IS NULL");
        }
    }
}

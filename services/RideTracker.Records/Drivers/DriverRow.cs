using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Drivers;

/// <summary>A driver as staff knows it.</summary>
public sealed class DriverRow
{
    public required string Id { get; set; }

    /// <summary>The full name. Riders see its first word only.</summary>
    public required string Name { get; set; }

    public string? Vehicle { get; set; }

    public string? Plate { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DriverRow>
    {
        public void Configure(EntityTypeBuilder<DriverRow> builder)
        {
            builder.ToTable("drivers");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id").HasMaxLength(64).UseCollation(TripTable.ByteOrder);
            builder.Property(row => row.Name).HasColumnName("name").HasMaxLength(100);
            builder.Property(row => row.Vehicle).HasColumnName("vehicle").HasMaxLength(100);
            builder.Property(row => row.Plate).HasColumnName("plate").HasMaxLength(20);
            builder.Property(row => row.CreatedAt).HasColumnName("created_at");
            builder.Property(row => row.ChangedAt).HasColumnName("changed_at");
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Events;

/// <summary>One event as it is kept.</summary>
public sealed class EventRow
{
    /// <summary>Row number, in the order of insertion; means nothing outside.</summary>
    public long Id { get; set; }

    /// <summary>Its place in the log, given at the moment of the commit (see <see cref="EventLog"/>). Null is never seen outside of the transaction that writes it.</summary>
    public long? Number { get; set; }

    /// <summary>One of <see cref="EventKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>When it was written; what the retention counts from.</summary>
    public DateTimeOffset RecordedAt { get; set; }

    public string? Trip { get; set; }

    public string? Driver { get; set; }

    public string? Geofence { get; set; }

    /// <summary>A JSON object.</summary>
    public string? Data { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<EventRow>
    {
        public void Configure(EntityTypeBuilder<EventRow> builder)
        {
            builder.ToTable("events");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id");
            builder.Property(row => row.Number).HasColumnName("number");
            builder.Property(row => row.Kind).HasColumnName("kind").HasMaxLength(32);
            builder.Property(row => row.At).HasColumnName("at");
            builder.Property(row => row.RecordedAt).HasColumnName("recorded_at");
            builder.Property(row => row.Trip).HasColumnName("trip").HasMaxLength(64);
            builder.Property(row => row.Driver).HasColumnName("driver").HasMaxLength(64);
            builder.Property(row => row.Geofence).HasColumnName("geofence").HasMaxLength(64);
            builder.Property(row => row.Data).HasColumnName("data").HasColumnType("jsonb");
            builder.HasIndex(row => row.Number).IsUnique();
            builder.HasIndex(row => new { row.Kind, row.Number });
            builder.HasIndex(row => new { row.Trip, row.Number });
            builder.HasIndex(row => new { row.Driver, row.Number });
            builder.HasIndex(row => row.RecordedAt);
        }
    }
}

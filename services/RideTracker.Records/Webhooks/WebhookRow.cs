using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Webhooks;

/// <summary>A webhook as it is kept.</summary>
public sealed class WebhookRow
{
    public required string Id { get; set; }

    public required string Url { get; set; }

    /// <summary>Signs deliveries; shown once, never listed or logged.</summary>
    public required string Secret { get; set; }

    /// <summary>Kinds of events, with commas between; null: all.</summary>
    public string? Kinds { get; set; }

    public bool Active { get; set; }

    /// <summary>Number of the last event that deliveries were made of.</summary>
    public long Cursor { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public IReadOnlyList<string> KindList() => Kinds?.Split(',') ?? [];

    internal sealed class Configuration : IEntityTypeConfiguration<WebhookRow>
    {
        public void Configure(EntityTypeBuilder<WebhookRow> builder)
        {
            builder.ToTable("webhooks");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id").HasMaxLength(64).UseCollation(Trips.TripTable.ByteOrder);
            builder.Property(row => row.Url).HasColumnName("url").HasMaxLength(2_000);
            builder.Property(row => row.Secret).HasColumnName("secret").HasMaxLength(256);
            builder.Property(row => row.Kinds).HasColumnName("kinds").HasMaxLength(200);
            builder.Property(row => row.Active).HasColumnName("active");
            builder.Property(row => row.Cursor).HasColumnName("cursor");
            builder.Property(row => row.UpdatedAt).HasColumnName("updated_at");
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Webhooks;

/// <summary>One event on its way to one webhook. It has no copy of the event: what is erased from the log is not sent either.</summary>
public sealed class DeliveryRow
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Dead = "dead";

    public long Id { get; set; }

    public required string Webhook { get; set; }

    /// <summary>The event's number.</summary>
    public long Number { get; set; }

    /// <summary>pending, delivered or dead.</summary>
    public required string State { get; set; }

    public int Tries { get; set; }

    /// <summary>From when the time until it is given up counts (Unix ms).</summary>
    public long SinceMs { get; set; }

    /// <summary>Not tried before this (Unix ms).</summary>
    public long NextMs { get; set; }

    /// <summary>A host has it until then (Unix ms).</summary>
    public long LeasedUntilMs { get; set; }

    /// <summary>HTTP status of the last answer.</summary>
    public int? LastStatus { get; set; }

    /// <summary>Why the last try failed.</summary>
    public string? LastError { get; set; }

    /// <summary>When it was delivered or given up (Unix ms).</summary>
    public long? EndedMs { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DeliveryRow>
    {
        public void Configure(EntityTypeBuilder<DeliveryRow> builder)
        {
            builder.ToTable("webhook_deliveries");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id");
            builder.Property(row => row.Webhook).HasColumnName("webhook").HasMaxLength(64).UseCollation(Trips.TripTable.ByteOrder);
            builder.Property(row => row.Number).HasColumnName("number");
            builder.Property(row => row.State).HasColumnName("state").HasMaxLength(16);
            builder.Property(row => row.Tries).HasColumnName("tries");
            builder.Property(row => row.SinceMs).HasColumnName("since_ms");
            builder.Property(row => row.NextMs).HasColumnName("next_ms");
            builder.Property(row => row.LeasedUntilMs).HasColumnName("leased_until_ms");
            builder.Property(row => row.LastStatus).HasColumnName("last_status");
            builder.Property(row => row.LastError).HasColumnName("last_error").HasMaxLength(300);
            builder.Property(row => row.EndedMs).HasColumnName("ended_ms");
            builder.HasOne<WebhookRow>().WithMany().HasForeignKey(row => row.Webhook).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(row => new { row.Webhook, row.Number }).IsUnique();
            builder.HasIndex(row => new { row.Webhook, row.State, row.NextMs });
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Outbox;

/// <summary>Something that the hub must know and does not yet: written in the transaction of the change, deleted once the hub has it.</summary>
public sealed class OutboxRow
{
    /// <summary>The order in which it goes to the hub. Two changes of one driver or trip are in the order of their commits, since both hold its lock.</summary>
    public long Id { get; set; }

    /// <summary>Which <see cref="IProjected"/> takes it.</summary>
    public required string Kind { get; set; }

    /// <summary>What changed; what it is now is read when it goes to the hub.</summary>
    public required string Key { get; set; }

    /// <summary>What can't be read from the present state, as JSON, such as who had the trip before.</summary>
    public string? Data { get; set; }

    /// <summary>Unix ms; not tried before.</summary>
    public long DueMs { get; set; }

    /// <summary>How often it failed for another reason than that the hub was away.</summary>
    public int Failures { get; set; }

    /// <summary>Unix ms.</summary>
    public long CreatedMs { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<OutboxRow>
    {
        public void Configure(EntityTypeBuilder<OutboxRow> builder)
        {
            builder.ToTable("outbox");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id");
            builder.Property(row => row.Kind).HasColumnName("kind").HasMaxLength(32);
            builder.Property(row => row.Key).HasColumnName("key").HasMaxLength(300);
            builder.Property(row => row.Data).HasColumnName("data");
            builder.Property(row => row.DueMs).HasColumnName("due_ms");
            builder.Property(row => row.Failures).HasColumnName("failures");
            builder.Property(row => row.CreatedMs).HasColumnName("created_ms");
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Api;

/// <summary>A request that was done, by its <c>Idempotency-Key</c>, with what it was answered.</summary>
public sealed class IdempotencyRow
{
    /// <summary>Whose key it is, "role:sub": two callers' keys never meet.</summary>
    public required string Scope { get; set; }

    public required string Key { get; set; }

    /// <summary>SHA-256 of what was asked.</summary>
    public required byte[] Fingerprint { get; set; }

    /// <summary>Unix ms; what its keeping counts from.</summary>
    public long CreatedMs { get; set; }

    /// <summary>HTTP status of the answer; 0 is never seen outside of the transaction that writes it.</summary>
    public int Status { get; set; }

    public string? Body { get; set; }

    public string? Location { get; set; }

    public int? Version { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<IdempotencyRow>
    {
        public void Configure(EntityTypeBuilder<IdempotencyRow> builder)
        {
            builder.ToTable("idempotency_keys");
            builder.HasKey(row => new { row.Scope, row.Key });
            builder.Property(row => row.Scope).HasColumnName("scope").HasMaxLength(300);
            builder.Property(row => row.Key).HasColumnName("key").HasMaxLength(255);
            builder.Property(row => row.Fingerprint).HasColumnName("fingerprint");
            builder.Property(row => row.CreatedMs).HasColumnName("created_ms");
            builder.Property(row => row.Status).HasColumnName("status");
            builder.Property(row => row.Body).HasColumnName("body");
            builder.Property(row => row.Location).HasColumnName("location").HasMaxLength(200);
            builder.Property(row => row.Version).HasColumnName("version");
            builder.HasIndex(row => row.CreatedMs);
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Privacy;

/// <summary>The record that somebody's data was exported or erased, table <c>privacy_requests</c>: after an erasure the only place that has the id.</summary>
public sealed class PrivacyRequest
{
    public const string Export = "export";
    public const string Erase = "erase";

    public long Id { get; set; }

    /// <summary><see cref="Export"/> or <see cref="Erase"/>.</summary>
    public required string Action { get; set; }

    /// <summary>driver or rider.</summary>
    public required string Kind { get; set; }

    /// <summary>Whose data.</summary>
    public required string Subject { get; set; }

    /// <summary>Who did it.</summary>
    public required string By { get; set; }

    public DateTimeOffset Begun { get; set; }

    /// <summary>Null: it was broken off, and is to be run again.</summary>
    public DateTimeOffset? Finished { get; set; }

    /// <summary>JSON: how many rows of each table, and keys of Redis.</summary>
    public string? Counts { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PrivacyRequest>
    {
        public const int MaxBy = 256;

        public void Configure(EntityTypeBuilder<PrivacyRequest> builder)
        {
            builder.ToTable("privacy_requests");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id");
            builder.Property(row => row.Action).HasColumnName("action").HasMaxLength(16);
            builder.Property(row => row.Kind).HasColumnName("kind").HasMaxLength(16);
            builder.Property(row => row.Subject).HasColumnName("subject").HasMaxLength(128);
            builder.Property(row => row.By).HasColumnName("by").HasMaxLength(MaxBy);
            builder.Property(row => row.Begun).HasColumnName("begun");
            builder.Property(row => row.Finished).HasColumnName("finished");
            builder.Property(row => row.Counts).HasColumnName("counts");
            builder.HasIndex(row => row.Begun).HasDatabaseName("ix_privacy_requests_begun");
        }
    }
}

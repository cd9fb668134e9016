using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideTracker.Records.Events;

/// <summary>Up to which number old events were deleted; one row.</summary>
public sealed class EventFloor
{
    /// <summary>The row's only key.</summary>
    public const int OnlyId = 1;

    public int Id { get; set; } = OnlyId;

    /// <summary>The highest number that was deleted.</summary>
    public long DeletedThrough { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<EventFloor>
    {
        public void Configure(EntityTypeBuilder<EventFloor> builder)
        {
            builder.ToTable("event_floor");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            builder.Property(row => row.DeletedThrough).HasColumnName("deleted_through");
        }
    }
}

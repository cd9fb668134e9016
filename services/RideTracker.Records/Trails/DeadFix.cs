using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Trails;

/// <summary>What the queue held and the history could not take, with why: a dead letter, table <c>dead_fixes</c>. Kept as long as fixes are.</summary>
public sealed class DeadFix
{
    /// <summary>Id of the queue's element; where it has none, a hash of it.</summary>
    public required string Element { get; init; }

    /// <summary>Place in the element, from 0; -1 for the whole of it.</summary>
    public required int Place { get; init; }

    /// <summary>Why: <c>unreadable</c>, <c>refused</c> (by the database) or <c>hook</c> (the fix is in the history, but who should hear of it failed).</summary>
    public required string Kind { get; init; }

    /// <summary>Partition of the queue.</summary>
    public required int Partition { get; init; }

    /// <summary>When it was put aside.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whose fix it is, where that can be read.</summary>
    public string? Driver { get; init; }

    /// <summary>The element, or <c>DRIVER RECEIVEDMS FIXTEXT;</c> for one fix.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>What went wrong, in English.</summary>
    public required string Error { get; init; }
}

internal sealed class DeadFixTable : IEntityTypeConfiguration<DeadFix>
{
    public const int MaxError = 2_000;

    public void Configure(EntityTypeBuilder<DeadFix> table)
    {
        table.ToTable("dead_fixes");
        table.HasKey(dead => new { dead.Element, dead.Place, dead.Kind });
        table.Property(dead => dead.Element).HasColumnName("element");
        table.Property(dead => dead.Place).HasColumnName("place");
        table.Property(dead => dead.Kind).HasColumnName("kind");
        table.Property(dead => dead.Partition).HasColumnName("partition");
        table.Property(dead => dead.At).HasColumnName("at");
        table.Property(dead => dead.Driver).HasColumnName("driver").UseCollation(TripTable.ByteOrder);
        table.Property(dead => dead.Payload).HasColumnName("payload");
        table.Property(dead => dead.Error).HasColumnName("error").HasMaxLength(MaxError);
        table.HasIndex(dead => dead.At).HasDatabaseName("ix_dead_fixes_at");
        table.HasIndex(dead => dead.Driver).HasDatabaseName("ix_dead_fixes_driver");
    }
}

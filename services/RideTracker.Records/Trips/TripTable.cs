using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RideTracker.Protocol.Trips;

namespace RideTracker.Records.Trips;

/// <summary>The table of trips. Its unique indexes hold what must never be, whatever the code does: one driver, one active trip and one queued.</summary>
internal sealed class TripTable : IEntityTypeConfiguration<TripRow>
{
    /// <summary>Bytes in order, so that ids sort by time in any locale.</summary>
    internal const string ByteOrder = "C";

    internal const string ByStatus = "ix_trips_status_id";
    internal const string ByDriver = "ix_trips_driver_id";
    internal const string ByRider = "ix_trips_rider_id";
    internal const string OneActive = "ux_trips_driver_active";
    internal const string OneQueued = "ux_trips_driver_queued";

    public void Configure(EntityTypeBuilder<TripRow> builder)
    {
        builder.ToTable("trips");
        builder.HasKey(row => row.Id);
        builder.Ignore(row => row.TripId).Ignore(row => row.DriverId).Ignore(row => row.IsActive).Ignore(row => row.NextStop);
        builder.Property(row => row.Id).HasColumnName("id").HasMaxLength(64).UseCollation(ByteOrder);
        builder.Property(row => row.Status).HasColumnName("status").HasMaxLength(20)
            .HasConversion(new ValueConverter<TripStatus, string>(status => status.ToWire(), word => Parse(word)));
        builder.Property(row => row.Version).HasColumnName("version").IsConcurrencyToken();
        builder.Property(row => row.Rider).HasColumnName("rider").HasMaxLength(128);
        builder.Property(row => row.Driver).HasColumnName("driver").HasMaxLength(64).UseCollation(ByteOrder);
        builder.Property(row => row.Queued).HasColumnName("queued");
        builder.Property(row => row.PickupLat).HasColumnName("pickup_lat");
        builder.Property(row => row.PickupLng).HasColumnName("pickup_lng");
        builder.Property(row => row.PickupLabel).HasColumnName("pickup_label").HasMaxLength(200);
        builder.Property(row => row.DropoffLat).HasColumnName("dropoff_lat");
        builder.Property(row => row.DropoffLng).HasColumnName("dropoff_lng");
        builder.Property(row => row.DropoffLabel).HasColumnName("dropoff_label").HasMaxLength(200);
        builder.Property(row => row.CardName).HasColumnName("card_name").HasMaxLength(100);
        builder.Property(row => row.CardVehicle).HasColumnName("card_vehicle").HasMaxLength(100);
        builder.Property(row => row.CardPlate).HasColumnName("card_plate").HasMaxLength(20);
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.AssignedAt).HasColumnName("assigned_at");
        builder.Property(row => row.ActiveAt).HasColumnName("active_at");
        builder.Property(row => row.ArrivedAt).HasColumnName("arrived_at");
        builder.Property(row => row.StartedAt).HasColumnName("started_at");
        builder.Property(row => row.DropoffArrivedAt).HasColumnName("dropoff_arrived_at");
        builder.Property(row => row.EndedAt).HasColumnName("ended_at");
        builder.Property(row => row.RouteVersion).HasColumnName("route_version");
        builder.Property(row => row.RouteLine).HasColumnName("route_line");
        builder.Property(row => row.RouteSeconds).HasColumnName("route_seconds");
        builder.Property(row => row.RouteGiven).HasColumnName("route_given");
        builder.Property(row => row.EtaMs).HasColumnName("eta_ms");
        builder.Property(row => row.EtaMeters).HasColumnName("eta_meters");
        builder.HasIndex(row => new { row.Status, row.Id }).HasDatabaseName(ByStatus);
        builder.HasIndex(row => new { row.Driver, row.Id }).HasDatabaseName(ByDriver);
        builder.HasIndex(row => new { row.Rider, row.Id }).HasDatabaseName(ByRider);
        builder.HasIndex(row => row.EndedAt).HasDatabaseName("ix_trips_ended_at");
        builder.HasIndex(row => row.Driver, OneActive).IsUnique().HasDatabaseName(OneActive)
            .HasFilter("driver IS NOT NULL AND NOT queued AND status IN ('enroute-to-pickup', 'arrived-at-pickup', 'enroute-to-dropoff')");
        builder.HasIndex(row => row.Driver, OneQueued).IsUnique().HasDatabaseName(OneQueued).HasFilter("queued");
    }

    private static TripStatus Parse(string word) => TripStatuses.TryParse(word, out var status) ? status : throw new InvalidOperationException($"The database has a trip with status '{word}'.");
}

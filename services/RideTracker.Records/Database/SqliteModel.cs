using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using RideTracker.Records.Events;

namespace RideTracker.Records.Database;

/// <summary>What SQLite lacks, put into columns that it has: geometry as well-known binary, times and JSON as text.</summary>
internal static class SqliteModel
{
    public static void Adapt(ModelBuilder model)
    {
        // One writer at a time: the order of insertion is that of the commits, and PostgreSQL's trigger is not needed.
        model.Entity<EventRow>().Property(row => row.Number).HasComputedColumnSql("id", stored: false);
        foreach (var entity in model.Model.GetEntityTypes())
        {
            // An index over areas is PostGIS's; over their bytes it would only be large.
            foreach (var index in entity.GetIndexes().Where(index => index.Properties.Any(property => typeof(Geometry).IsAssignableFrom(property.ClrType))).ToList()) entity.RemoveIndex(index);
            foreach (var property in entity.GetProperties())
            {
                // PostgreSQL's collations by name; SQLite compares bytes anyway.
                property.SetCollation(null);
                if (typeof(Geometry).IsAssignableFrom(property.ClrType))
                {
                    property.SetValueConverter(GeometryConverter(property.ClrType));
                    property.SetValueComparer(typeof(AreaComparer<>).MakeGenericType(property.ClrType));
                    property.SetColumnType("BLOB");
                }
                else if (property.ClrType == typeof(DateTimeOffset) || property.ClrType == typeof(DateTimeOffset?))
                {
                    // SQLite can't compare DateTimeOffset; ticks in UTC sort as times do.
                    property.SetValueConverter(new ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero)));
                    property.SetColumnType("INTEGER");
                }
                else if (property.GetColumnType() is "jsonb" or "timestamp with time zone")
                {
                    property.SetColumnType("TEXT");
                }
            }
        }
    }

    private static ValueConverter GeometryConverter(Type type) =>
        (ValueConverter)Activator.CreateInstance(typeof(WkbConverter<>).MakeGenericType(type))!;

    private sealed class WkbConverter<T>() : ValueConverter<T, byte[]>(geometry => geometry.AsBinary(), bytes => (T)new WKBReader().Read(bytes))
        where T : Geometry;

    private sealed class AreaComparer<T>() : ValueComparer<T>((a, b) => ReferenceEquals(a, b) || (a != null && b != null && a.EqualsExact(b)), area => area.GetHashCode(), area => (T)area.Copy())
        where T : Geometry;
}

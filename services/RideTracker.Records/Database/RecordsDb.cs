using Microsoft.EntityFrameworkCore;

namespace RideTracker.Records.Database;

/// <summary>What must survive. Each slice configures its own tables (IEntityTypeConfiguration beside the type); <see cref="DbContext.Set{T}()"/> reaches them.</summary>
public sealed class RecordsDb(DbContextOptions<RecordsDb> options) : DbContext(options)
{
    /// <summary>Whether this is PostgreSQL; else SQLite.</summary>
    public bool IsPostgres => Database.IsNpgsql();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        if (IsPostgres) modelBuilder.HasPostgresExtension("postgis");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(RecordsDb).Assembly);
        if (!IsPostgres) SqliteModel.Adapt(modelBuilder);
    }
}

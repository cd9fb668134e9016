using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Database;

/// <summary>Where records are kept, section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Which engine. SQLite is for the embedded demo only: one process, no PostGIS, trails without partitions.</summary>
    public DatabaseEngine Engine { get; set; } = DatabaseEngine.Postgres;

    /// <summary>Npgsql connection string, such as <c>Host=db;Database=ridetracker;Username=ridetracker;Password=...</c>; for SQLite <c>Data Source=FILE</c>.</summary>
    [Required]
    public string ConnectionString { get; set; } = "Host=localhost;Database=ridetracker;Username=ridetracker";

    /// <summary>How long a command may take, in seconds.</summary>
    [Range(1, 3_600)]
    public int CommandTimeoutSeconds { get; set; } = 30;
}

/// <summary>The engines that the model runs on.</summary>
public enum DatabaseEngine
{
    /// <summary>PostgreSQL 15 or later with PostGIS 3.</summary>
    Postgres,

    /// <summary>SQLite, in the embedded demo.</summary>
    Sqlite,
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using RideTracker.Hosting;

namespace RideTracker.Records.Database;

/// <summary>Puts the database into a host.</summary>
public static class DatabaseSetup
{
    public static IServiceCollection AddRecordsDatabase(this IServiceCollection services)
    {
        services.AddCheckedOptions<DatabaseOptions>(DatabaseOptions.Section)
            // Without its text, which may have a password.
            .Validate(CanBeRead, "Database:ConnectionString can't be read: KEY=VALUE;KEY=VALUE with the engine's own keys, such as Host=db;Database=ridetracker, is right.");
        services.AddPooledDbContextFactory<RecordsDb>((provider, builder) => Use(builder, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddSingleton<DatabaseUpgrade>();
        return services;
    }

    private static bool CanBeRead(DatabaseOptions options)
    {
        try
        {
            _ = options.Engine == DatabaseEngine.Sqlite ? (DbConnectionStringBuilder)new SqliteConnectionStringBuilder(options.ConnectionString) : new NpgsqlConnectionStringBuilder(options.ConnectionString);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Points a context at the engine.</summary>
    internal static void Use(DbContextOptionsBuilder builder, DatabaseOptions options)
    {
        if (options.Engine == DatabaseEngine.Sqlite)
        {
            builder.UseSqlite(options.ConnectionString, sqlite => sqlite.CommandTimeout(options.CommandTimeoutSeconds)).AddInterceptors(new SqliteHaste());
            return;
        }

        // Not retried by EF Core: a command that failed half-way is tried again as a whole by whoever gave it, with its own key or number.
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = "ridetracker-records" };
        builder.UseNpgsql(connection.ConnectionString, npgsql => npgsql.UseNetTopologySuite().CommandTimeout(options.CommandTimeoutSeconds));
    }
}

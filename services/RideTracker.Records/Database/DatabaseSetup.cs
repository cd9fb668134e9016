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
        services.AddCheckedOptions<DatabaseOptions>(DatabaseOptions.Section);
        services.AddPooledDbContextFactory<RecordsDb>((provider, builder) => Use(builder, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddSingleton<DatabaseUpgrade>();
        return services;
    }

    /// <summary>Points a context at the engine.</summary>
    internal static void Use(DbContextOptionsBuilder builder, DatabaseOptions options)
    {
        if (options.Engine == DatabaseEngine.Sqlite)
        {
            builder.UseSqlite(options.ConnectionString, sqlite => sqlite.CommandTimeout(options.CommandTimeoutSeconds));
            return;
        }

        // Not retried by EF Core: a command that failed half-way is tried again as a whole by whoever gave it, with its own key or number.
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = "ridetracker-records" };
        builder.UseNpgsql(connection.ConnectionString, npgsql => npgsql.UseNetTopologySuite().CommandTimeout(options.CommandTimeoutSeconds));
    }
}

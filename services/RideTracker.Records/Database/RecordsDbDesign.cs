using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace RideTracker.Records.Database;

/// <summary>Lets <c>dotnet ef</c> make the context without the host. It reaches no database to add a migration; <c>Database__ConnectionString</c> names one for commands that do.</summary>
public sealed class RecordsDbDesign : IDesignTimeDbContextFactory<RecordsDb>
{
    public RecordsDb CreateDbContext(string[] args)
    {
        var options = new DatabaseOptions();
        if (Environment.GetEnvironmentVariable("Database__ConnectionString") is { Length: > 0 } text) options.ConnectionString = text;
        return new RecordsDb(Options(options));
    }

    /// <summary>Options of a context outside a host.</summary>
    public static DbContextOptions<RecordsDb> Options(DatabaseOptions options)
    {
        var builder = new DbContextOptionsBuilder<RecordsDb>();
        DatabaseSetup.Use(builder, options);
        return builder.Options;
    }
}

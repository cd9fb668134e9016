using System.CommandLine;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Records.Database;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Hosting;

/// <summary>Reads the command line: without a command it serves.</summary>
internal static class RecordsCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand("RideTracker's records: trips, drivers, tokens, trails, geofences and events. Without a command it serves. Settings come from the environment, such as Database__ConnectionString and Hub__Redis.")
        {
            new Command("migrate", "Brings the database to this version's tables, and ends."),
            new Command("rebuild", "Writes into Redis all that it must know of the database: after Redis lost it. Works while hosts serve. Ends with 0, or 1 where something could not be written."),
        };
        root.SetAction((_, cancellationToken) => GuardAsync(() => ServeAsync(cancellationToken)));
        root.Subcommands[0].SetAction((_, cancellationToken) => RunAsync(MigrateAsync, cancellationToken));
        foreach (var command in Privacy.PrivacyCommands.Create()) root.Add(command);
        root.Subcommands[1].SetAction((_, cancellationToken) => RunAsync(RebuildAsync, cancellationToken));
        return root;
    }

    /// <summary>Runs a command that is no server: with the database and the hub, without HTTP.</summary>
    internal static Task<int> RunAsync(Func<IServiceProvider, CancellationToken, Task<int>> command, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRecordsCore();
        using var host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        return await command(host.Services, cancellationToken);
    });

    private static async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.AddRecords();
        builder.Logging.AddStartTrouble();
        await using var app = builder.Build();
        app.MapRecords();
        await app.RunToEndAsync(cancellationToken);
        return 0;
    }

    private static async Task<int> MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var applied = await services.GetRequiredService<DatabaseUpgrade>().RunAsync(cancellationToken);
        foreach (var name in applied) Console.WriteLine($"applied {name}");
        Console.WriteLine(applied.Count == 0 ? "The database has all tables of this version." : $"{applied.Count} migrations applied.");
        return 0;
    }

    private static async Task<int> RebuildAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await services.GetRequiredService<Rebuild>().RunAsync(Console.Out, cancellationToken);
            Console.WriteLine(outcome.Failed == 0 ? "Redis has what the database says." : $"{outcome.Failed} could not be written, see above.");
            return outcome.Failed == 0 ? 0 : 1;
        }
        catch (Protocol.Hub.HubUnavailableException away)
        {
            await Console.Error.WriteLineAsync($"Redis can't be reached ({away.Message}). What was written stays; run it again.");
            return 1;
        }
    }

    private static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception failure) when (Reasons(failure) is { } reasons)
        {
            return await StartTrouble.TellAsync("RideTracker.Records", reasons);
        }
    }

    private static IReadOnlyList<string>? Reasons(Exception failure) => failure switch
    {
        DatabaseBehindException behind => [behind.Message],
        _ when StartTrouble.Reasons(failure) is { } reasons => reasons,
        _ when DatabaseTrouble.Cause(failure) is Npgsql.NpgsqlException database => [$"The database of Database:ConnectionString can't be used: {database.Message}"],
        _ => null,
    };
}

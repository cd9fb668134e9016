using System.Diagnostics;
using System.Text;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Runs Records' commands as operators do: a process of its own.</summary>
internal static class RecordsCommandLine
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit code, and what it wrote to standard output and standard error.</returns>
    public static Task<(int Code, string Output)> RunAsync(string redis, string database, params string[] arguments) => RunAsync(redis, database, arguments, []);

    /// <summary>Runs one, or without arguments the host, with more settings than it needs.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string redis, string database, string[] arguments, KeyValuePair<string, string>[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RideTracker.Records.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["Hub__Redis"] = redis;
        start.Environment["Database__ConnectionString"] = database;
        start.Environment["Access__Keys__0"] = TestTokens.Key;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var text = new StringBuilder();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        text.Append(await output).Append(await errors);
        return (process.ExitCode, text.ToString());
    }
}

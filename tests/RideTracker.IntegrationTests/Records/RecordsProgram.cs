using System.Diagnostics;

namespace RideTracker.IntegrationTests.Records;

/// <summary>A command of RideTracker.Records as operators run it: a process, its output and its exit code.</summary>
internal static class RecordsProgram
{
    public static async Task<(int Code, string Output)> RunAsync(string command, string redis, string database)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "RideTracker.Records.dll"), command },
            Environment = { ["Hub__Redis"] = redis, ["Database__ConnectionString"] = database },
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}

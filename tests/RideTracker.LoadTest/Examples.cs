using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace RideTracker.LoadTest;

/// <summary>Adds examples below a command's help.</summary>
internal static class Examples
{
    private const string Start = "dotnet run -c Release --project tests/RideTracker.LoadTest -- ";
    private static readonly Dictionary<Command, string[]> All = [];

    public static void AddExamples(this Command command, params string[] lines) => All[command] = lines;

    /// <summary>Makes the help of a root command, and of all below it, show examples.</summary>
    public static void ShowExamples(this RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (!All.TryGetValue(parseResult.CommandResult.Command, out var lines)) return result;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine($"  {Start}{line}");
            output.WriteLine();
            return result;
        }
    }
}

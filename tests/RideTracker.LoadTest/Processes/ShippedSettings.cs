using System.Text.RegularExpressions;

namespace RideTracker.LoadTest.Processes;

/// <summary>How the shipped tracking image is built and set up, read from deploy/Dockerfile.dotnet and docker-compose.yml: so what is measured is what is shipped.</summary>
/// <param name="PublishArguments">Of <c>dotnet publish</c>, without the output folder.</param>
/// <param name="Environment">Variables of the image's stages and of the Compose service.</param>
internal sealed partial record ShippedSettings(IReadOnlyList<string> PublishArguments, IReadOnlyDictionary<string, string> Environment)
{
    private const string Project = "services/RideTracker.Tracking";
    private const string Stage = "tracking";

    /// <summary>Reads them from the files of a repository.</summary>
    public static ShippedSettings Read(string root) => Parse(
        File.ReadAllText(Path.Combine(root, "deploy", "Dockerfile.dotnet")),
        File.ReadAllText(Path.Combine(root, "docker-compose.yml")));

    /// <summary>Reads them from the files' text.</summary>
    /// <exception cref="LoadTestException">The files say it in a way that is not understood here.</exception>
    public static ShippedSettings Parse(string dockerfile, string compose)
    {
        var instructions = Continuation().Replace(dockerfile, " ").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in StageVariables(instructions, Stage)) environment[name] = value;
        foreach (var (name, value) in ComposeVariables(compose)) environment[name] = value;
        var publish = instructions.Select(line => Publish().Match(line)).FirstOrDefault(match => match.Success)
            ?? throw new LoadTestException(ExitCodes.CannotStart, $"deploy/Dockerfile.dotnet has no 'RUN dotnet publish {Project}'.");
        var words = publish.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        words.Remove("--no-restore");
        if (words.FindIndex(word => word is "-o" or "--output") is >= 0 and var output) words.RemoveRange(output, 2);
        return new ShippedSettings(["publish", Project, .. words], environment);
    }

    // A stage has the variables of the stage that it is built on.
    private static IEnumerable<(string Name, string Value)> StageVariables(List<string> instructions, string stage)
    {
        var begin = instructions.FindIndex(line => From().Match(line) is { Success: true } from && from.Groups[2].Value == stage);
        if (begin < 0) return [];
        var own = instructions.Skip(begin + 1).TakeWhile(line => !line.StartsWith("FROM ", StringComparison.OrdinalIgnoreCase))
            .Where(line => line.StartsWith("ENV ", StringComparison.OrdinalIgnoreCase))
            .SelectMany(line => Variable().Matches(line[4..]))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value.Trim('"')));
        return [.. StageVariables(instructions, From().Match(instructions[begin]).Groups[1].Value), .. own];
    }

    // The block `environment:` of x-tracking, one `NAME: value` a line; ${NAME:-default} is its default.
    private static IEnumerable<(string Name, string Value)> ComposeVariables(string compose)
    {
        var lines = compose.Split('\n').SkipWhile(line => !line.StartsWith("x-tracking:", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Length == 0 || line[0] == ' ');
        return lines.SkipWhile(line => line.TrimEnd() != "  environment:").Skip(1).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal))
            .Select(line => ComposeVariable().Match(line)).Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, ComposeDefault().Replace(match.Groups[2].Value.Trim().Trim('"'), "$1")));
    }

    [GeneratedRegex(@"\\\r?\n")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^FROM\s+(\S+)(?:\s+AS\s+(\S+))?$", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex(@"([A-Za-z_][A-Za-z0-9_]*)=(""[^""]*""|\S*)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^RUN .*?dotnet publish " + Project + @"\s+(.*)$")]
    private static partial Regex Publish();

    [GeneratedRegex(@"^    ([A-Za-z_][A-Za-z0-9_]*):\s*(.*)$")]
    private static partial Regex ComposeVariable();

    [GeneratedRegex(@"\$\{[A-Za-z0-9_]+:-([^}]*)\}")]
    private static partial Regex ComposeDefault();
}

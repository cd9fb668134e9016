using System.CommandLine;
using System.CommandLine.Parsing;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>Options that all scenarios with RideTracker in them have.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _redis = new("--redis-server") { Description = "The program: redis-server or valkey-server.", HelpName = "PROGRAM", DefaultValueFactory = _ => "redis-server" };
    private readonly Option<bool> _aof = new("--aof") { Description = "Redis writes each change to a file, fsync each second, as docker-compose.yml has it." };
    private readonly Option<string[]> _environment = new("--env")
    {
        Description = "A further variable for the node, NAME=VALUE: to try a setting that is not shipped. May be repeated.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    public CommonOptions() => _environment.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0)) result.AddError($"--env '{token.Value}' must be NAME=VALUE.");
    });

    public void AddTo(Command command)
    {
        command.Options.Add(_redis);
        command.Options.Add(_aof);
        command.Options.Add(_environment);
    }

    public string RedisBinary(ParseResult parsed) => parsed.GetValue(_redis)!;

    public bool AppendOnly(ParseResult parsed) => parsed.GetValue(_aof);

    public IReadOnlyDictionary<string, string> Environment(ParseResult parsed) =>
        parsed.GetValue(_environment)!.ToDictionary(text => text[..text.IndexOf('=')], text => text[(text.IndexOf('=') + 1)..]);

    /// <summary>A number that must lie between two.</summary>
    public static Option<int> Number(string name, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} {least:#,0} to {most:#,0}.", HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => Within(result, name, least, most));
        return option;
    }

    private static void Within(OptionResult result, string name, int least, int most)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && (number < least || number > most))
            result.AddError($"{name} must be {least:#,0} to {most:#,0}.");
    }
}

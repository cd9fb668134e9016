using System.CommandLine;
using System.Globalization;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Hosting;

namespace RideTracker.Records.Privacy;

/// <summary>The commands <c>export</c> and <c>erase</c>.</summary>
internal static class PrivacyCommands
{
    // sysexits.h: wrong use, the file is there, not now, try again.
    private const int Usage = 64;
    private const int CantCreate = 73;
    private const int TryAgain = 75;

    public static IEnumerable<Command> Create()
    {
        yield return Export();
        yield return Erase();
    }

    private static Command Export()
    {
        Option<string?> driver = Driver(), rider = Rider();
        Option<string> by = By(), to = new("--to") { Description = "The ZIP file to write; it must not be there yet.", Required = true };
        var command = new Command("export", "Writes all that is known of a driver or rider into a ZIP file.") { driver, rider, to, by };
        command.SetAction((parsed, cancellationToken) => WithPersonAsync(parsed.GetValue(driver), parsed.GetValue(rider), async (services, person) =>
        {
            try
            {
                var counts = await services.GetRequiredService<PersonExport>().WriteAsync(person, parsed.GetValue(to)!, parsed.GetValue(by)!, cancellationToken);
                Print(counts, "lines");
                return 0;
            }
            catch (IOException failure)
            {
                await Console.Error.WriteLineAsync($"--to: {failure.Message}");
                return CantCreate;
            }
        }, cancellationToken));
        return command;
    }

    private static Command Erase()
    {
        Option<string?> driver = Driver(), rider = Rider();
        var by = By();
        Option<bool> yes = new("--yes") { Description = "Do it. Without it, the command only says what would be erased." };
        Option<int> wait = new("--wait") { Description = "How long to wait, in seconds, for what is on its way between Redis and the database.", DefaultValueFactory = _ => 60 };
        var command = new Command("erase", "Erases what is known of a driver or rider, from the database and Redis, and keeps a record that it was done.") { driver, rider, yes, by, wait };
        command.SetAction((parsed, cancellationToken) => WithPersonAsync(parsed.GetValue(driver), parsed.GetValue(rider), async (services, person) =>
        {
            var erasure = services.GetRequiredService<Erasure>();
            if (!parsed.GetValue(yes))
            {
                Print(await erasure.CountAsync(person, cancellationToken), "rows");
                Console.WriteLine($"Nothing was erased. To erase {person.Word} {person.Id} for good, give --yes.");
                return 0;
            }

            try
            {
                var patience = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(wait), 1, 86_400));
                Print(await erasure.RunAsync(person, parsed.GetValue(by)!, patience, Console.Out, cancellationToken), "erased");
                Console.WriteLine("Done. Table privacy_requests has the record of it.");
                return 0;
            }
            catch (Exception refused) when (refused is ErasureRefusedException or HubUnavailableException)
            {
                await Console.Error.WriteLineAsync(refused.Message);
                return TryAgain;
            }
        }, cancellationToken));
        return command;
    }

    private static async Task<int> WithPersonAsync(string? driver, string? rider, Func<IServiceProvider, Person, Task<int>> run, CancellationToken cancellationToken)
    {
        if (driver is null == rider is null)
        {
            await Console.Error.WriteLineAsync("Give one of --driver ID and --rider ID.");
            return Usage;
        }

        var person = driver is not null ? new Person(PersonKind.Driver, driver) : new Person(PersonKind.Rider, rider!);
        if (person.Check() is { } wrong)
        {
            await Console.Error.WriteLineAsync(wrong);
            return Usage;
        }

        return await RecordsCommand.RunAsync((services, _) => run(services, person), cancellationToken);
    }

    private static void Print(IReadOnlyDictionary<string, long> counts, string what)
    {
        foreach (var (name, count) in counts) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {count,10} {what}"));
    }

    private static Option<string?> Driver() => new("--driver") { Description = "A driver's id." };

    private static Option<string?> Rider() => new("--rider") { Description = "A rider's id, as trips have it." };

    private static Option<string> By() => new("--by") { Description = "Who does this, for the record; the account that runs it by default.", DefaultValueFactory = _ => Environment.UserName };
}

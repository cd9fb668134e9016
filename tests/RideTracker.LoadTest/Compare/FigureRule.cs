using System.Globalization;

namespace RideTracker.LoadTest.Compare;

/// <summary>A figure to reach: how it comes out of the medians, and its target.</summary>
/// <param name="Name">One word, for the line that ends the command.</param>
/// <param name="Unit">Written right behind the number.</param>
/// <param name="Target">The value may be this; more is missed, or less where <paramref name="IsLeast"/>.</param>
/// <param name="IsLeast">Whether more is better.</param>
/// <param name="Steps">What it is made of: each must count.</param>
/// <param name="Of">The value; NaN where it can't be had.</param>
internal sealed record FigureRule(string Name, string Unit, double Target, bool IsLeast, string[] Steps, Func<Rounds, double> Of)
{
    /// <summary>Both sides' medians of one measure, divided.</summary>
    public static FigureRule Ratio(string name, double most, Measure measure, string step, string other) =>
        new(name, "x", most, IsLeast: false, [step, other], rounds => rounds.Median(step, measure) / rounds.Median(other, measure));

    /// <summary>A median that must not be above the target.</summary>
    public static FigureRule AtMost(string name, string unit, double most, Measure measure, string step, double scale = 1) =>
        new(name, unit, most, IsLeast: false, [step], rounds => rounds.Median(step, measure) * scale);

    /// <summary>A median that must not be below the target.</summary>
    public static FigureRule AtLeast(string name, string unit, double least, Measure measure, string step) =>
        new(name, unit, least, IsLeast: true, [step], rounds => rounds.Median(step, measure));

    /// <summary>Judges it.</summary>
    public Figure Judge(Rounds rounds, IReadOnlyList<PeerRule> peers)
    {
        var reasons = Steps.Where(step => !rounds.Counts(step)).Select(step => rounds.Of(step).Count == 0 ? $"{step} did not run" : $"too few runs of {step} count")
            .Concat(peers.Where(peer => Steps.Contains(peer.Step)).Select(peer => peer.VoidReason(rounds)).OfType<string>())
            .Distinct().ToList();
        var value = Of(rounds);
        if (reasons.Count == 0 && double.IsNaN(value)) reasons.Add("was not measured");
        var verdict = reasons.Count > 0 ? Verdict.Void : (IsLeast ? value >= Target : value <= Target) ? Verdict.Met : Verdict.Missed;
        return new Figure(Name, Text(value), $"{(IsLeast ? ">=" : "<=")}{Text(Target)}", verdict, string.Join("; ", reasons));
    }

    private string Text(double value) => double.IsNaN(value) ? "-" : double.IsPositiveInfinity(value) ? "never" : value.ToString(Math.Abs(value) >= 1_000 ? "0" : "0.###", CultureInfo.InvariantCulture) + Unit;
}

/// <summary>What came out of a <see cref="FigureRule"/>.</summary>
/// <param name="Reason">Why it is void; empty if it is not.</param>
internal sealed record Figure(string Name, string Value, string Target, Verdict Verdict, string Reason)
{
    /// <summary><c>figure NAME VALUE TARGET met|missed|void</c>, for people and scripts.</summary>
    public string Line => $"figure {Name} {Value} {Target} {VerdictText}{(Reason.Length > 0 ? $" ({Reason})" : "")}";

    public string VerdictText => Verdict switch { Verdict.Met => "met", Verdict.Missed => "missed", _ => "void" };
}

/// <summary>How a figure came out.</summary>
internal enum Verdict
{
    Met,
    Missed,

    /// <summary>It can't be judged: a run of it does not count, or a peer was not at its best.</summary>
    Void,
}

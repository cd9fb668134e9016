namespace RideTracker.Records.Privacy;

/// <summary>Whom a column names.</summary>
internal enum Names
{
    Driver,
    Rider,

    /// <summary>A text, or bytes, that may quote the id of either among other things.</summary>
    Either,
}

/// <summary>What erasing does with the rows whose column names the person.</summary>
internal enum Fate
{
    /// <summary>They are deleted.</summary>
    Delete,

    /// <summary>They stay, for counts, with <see cref="Person.Nobody"/> in the column.</summary>
    Replace,

    /// <summary>They stay, with nothing in the column.</summary>
    Clear,

    /// <summary>They stay, and only <see cref="PersonalRule.Also"/> is done to them.</summary>
    Blur,

    /// <summary>A JSON text: the id in it becomes <see cref="Person.Nobody"/>.</summary>
    Requote,

    /// <summary>A text or bytes in any form: rows that quote the id are deleted.</summary>
    DeleteQuoting,

    /// <summary>Rows that name the person are on their way to the hub: they are waited for, and none is left when the rest is erased.</summary>
    Drained,
}

/// <summary>Where the database names people, and what becomes of it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Names">Whom it names.</param>
/// <param name="Fate">What erasing does.</param>
internal sealed record PersonalRule(string Table, string Column, Names Names, Fate Fate)
{
    /// <summary>How rows are found by the id, {0}, where the column does not hold it itself.</summary>
    public string? Through { get; init; }

    /// <summary>Only rows for which this holds.</summary>
    public string? Where { get; init; }

    /// <summary>What else of a row goes with the name, as assignments.</summary>
    public string? Also { get; init; }

    /// <summary>Columns that an export leaves out, since they tell of another person.</summary>
    public IReadOnlyList<string> NotTheirs { get; init; } = [];

    public bool IsAbout(Person person) => Names == Names.Either || Names == Names.Driver == (person.Kind == PersonKind.Driver);
}

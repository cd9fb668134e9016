using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Privacy;

/// <summary>Carries out <see cref="PersonalData.Rules"/> in the database, on both engines.</summary>
internal static class PersonalRows
{
    /// <summary>How many rows a rule finds for a person.</summary>
    public static async Task<long> CountAsync(RecordsDb db, PersonalRule rule, Person person, CancellationToken cancellationToken)
    {
        var sql = $"SELECT count(*) AS \"Value\" FROM {rule.Table} WHERE {Condition(db, rule)}";
        return await db.Database.SqlQueryRaw<long>(sql, Parameters(rule, person)).SingleAsync(cancellationToken);
    }

    /// <summary>Does with them what the rule says.</summary>
    /// <returns>How many rows were changed or deleted.</returns>
    public static async Task<long> EraseAsync(RecordsDb db, PersonalRule rule, Person person, CancellationToken cancellationToken)
    {
        var also = rule.Also is null ? "" : ", " + rule.Also;
        var sql = rule.Fate switch
        {
            Fate.Delete or Fate.DeleteQuoting => $"DELETE FROM {rule.Table} WHERE {Condition(db, rule)}",
            Fate.Replace => $"UPDATE {rule.Table} SET {rule.Column} = '{Person.Nobody}'{also} WHERE {Condition(db, rule)}",
            Fate.Blur => $"UPDATE {rule.Table} SET {rule.Also} WHERE {Condition(db, rule)}",
            Fate.Clear => $"UPDATE {rule.Table} SET {rule.Column} = NULL{also} WHERE {Condition(db, rule)}",
            Fate.Requote => db.IsPostgres
                ? $"UPDATE {rule.Table} SET {rule.Column} = replace({rule.Column}::text, to_json({{1}}::text)::text, '\"{Person.Nobody}\"')::jsonb WHERE {Condition(db, rule)}"
                : $"UPDATE {rule.Table} SET {rule.Column} = replace({rule.Column}, {{1}}, '\"{Person.Nobody}\"') WHERE {Condition(db, rule)}",
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Fate, "Such rows are waited for."),
        };
        object[] parameters = rule.Fate == Fate.Requote ? [.. Parameters(rule, person), db.IsPostgres ? person.Id : person.Quoted] : Parameters(rule, person);
        return await db.Database.ExecuteSqlRawAsync(sql, parameters, cancellationToken);
    }

    /// <summary>The rows of a rule that names the person exactly, oldest key first.</summary>
    public static string Select(RecordsDb db, PersonalRule rule) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM {rule.Table} WHERE {Condition(db, rule).Replace("{0}", "@id", StringComparison.Ordinal)} ORDER BY 1, 2");

    private static string Condition(RecordsDb db, PersonalRule rule)
    {
        var found = rule.Through ?? (IsExact(rule) ? $"{rule.Column} = {{0}}"
            : db.IsPostgres ? $"{(rule.Column == "payload" ? $"encode({rule.Column}, 'escape')" : $"{rule.Column}::text")} ~ {{0}}"
            : $"CAST({rule.Column} AS TEXT) REGEXP {{0}}");
        return rule.Where is null ? found : $"{found} AND {rule.Where}";
    }

    private static object[] Parameters(PersonalRule rule, Person person) => [IsExact(rule) ? person.Id : person.Pattern];

    /// <summary>Whether the column holds the id and nothing else.</summary>
    public static bool IsExact(PersonalRule rule) => rule.Names != Names.Either;
}

using System.Data.Common;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Privacy;

/// <summary>Writes all that is known of a driver or rider into a ZIP file: for each table a file with one JSON object per line.</summary>
internal sealed class PersonExport(IDbContextFactory<RecordsDb> databases, PersonInHub inHub, TimeProvider time)
{
    // The places where the rider was aboard, from the start to the end of each trip.
    private const string Aboard = """
        SELECT t.id AS trip, f.fix_time, f.lat, f.lng FROM trips t JOIN fixes f ON f.driver = t.driver AND f.fix_time >= t.started_at AND f.fix_time <= t.ended_at
        WHERE t.rider = @id ORDER BY 1, 2
        """;

    /// <summary>Writes it.</summary>
    /// <param name="person">Who.</param>
    /// <param name="path">A file that is not there yet.</param>
    /// <param name="by">Who does it, for the record.</param>
    /// <param name="cancellationToken">Gives up; the file is deleted.</param>
    /// <returns>Lines by file.</returns>
    /// <exception cref="IOException">The file is there, or can't be written.</exception>
    public async Task<IReadOnlyDictionary<string, long>> WriteAsync(Person person, string path, string by, CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var done = false;
        try
        {
            await using (var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: false, entryNameEncoding: null, cancellationToken))
            {
                foreach (var rule in PersonalData.Rules.Where(rule => PersonalRows.IsExact(rule) && rule.IsAbout(person) && rule.Fate != Fate.Drained))
                    await TableAsync(zip, rule.Table, db, PersonalRows.Select(db, rule), person, rule.NotTheirs, counts, cancellationToken);
                if (person.Kind == PersonKind.Rider)
                {
                    await TableAsync(zip, "trail", db, Aboard, person, [], counts, cancellationToken);
                }
                else
                {
                    await HubAsync(zip, person, cancellationToken);
                }
            }

            db.Add(new PrivacyRequest
            {
                Action = PrivacyRequest.Export,
                Kind = person.Word,
                Subject = person.Id,
                By = by,
                Begun = begun,
                Finished = time.GetUtcNow(),
                Counts = JsonSerializer.Serialize(counts),
            });
            await db.SaveChangesAsync(cancellationToken);
            done = true;
            return counts;
        }
        finally
        {
            await file.DisposeAsync();
            if (!done) File.Delete(path);
        }
    }

    private static async Task TableAsync(
        ZipArchive zip, string name, RecordsDb db, string sql, Person person, IReadOnlyList<string> leftOut, SortedDictionary<string, long> counts, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        // A month of fixes takes its time.
        command.CommandTimeout = 0;
        var id = command.CreateParameter();
        (id.ParameterName, id.Value) = ("@id", person.Id);
        command.Parameters.Add(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await using var entry = await zip.CreateEntry(name + ".ndjson", CompressionLevel.Fastest).OpenAsync(cancellationToken);
        var lines = 0L;
        await using var writer = new Utf8JsonWriter(entry, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder });
        while (await reader.ReadAsync(cancellationToken))
        {
            WriteRow(writer, reader, leftOut);
            await writer.FlushAsync(cancellationToken);
            entry.WriteByte((byte)'\n');
            writer.Reset();
            lines++;
        }

        counts[name] = lines;
    }

    private static void WriteRow(Utf8JsonWriter writer, DbDataReader row, IReadOnlyList<string> leftOut)
    {
        writer.WriteStartObject();
        for (var i = 0; i < row.FieldCount; i++)
        {
            var name = row.GetName(i);
            if (row.IsDBNull(i) || leftOut.Contains(name)) continue;
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, row.GetValue(i), ApiJson.Options);
        }

        writer.WriteEndObject();
    }

    private async Task HubAsync(ZipArchive zip, Person person, CancellationToken cancellationToken)
    {
        var (slot, track) = await inHub.ReadAsync(person, cancellationToken);
        await using var entry = await zip.CreateEntry("live.json", CompressionLevel.Fastest).OpenAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(entry, new { slot = slot.ToDictionary(), track }, ApiJson.Options, cancellationToken);
    }
}

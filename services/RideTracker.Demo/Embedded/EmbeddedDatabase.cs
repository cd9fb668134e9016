namespace RideTracker.Demo.Embedded;

/// <summary>An SQLite file in the temporary folder, for as long as it is not disposed. Nothing of it stays.</summary>
internal sealed class EmbeddedDatabase : IDisposable
{
    private readonly DirectoryInfo _folder;

    private EmbeddedDatabase(DirectoryInfo folder)
    {
        _folder = folder;
        ConnectionString = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=True;Default Timeout=30";
    }

    public string ConnectionString { get; }

    /// <summary>Chooses its place; the tables are made by Records.</summary>
    public static EmbeddedDatabase Create() => new(Directory.CreateTempSubdirectory("ridetracker-demo-"));

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}

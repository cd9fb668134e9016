namespace RideTracker.LoadTest.Peers;

/// <summary>A folder that is gone with the run.</summary>
internal sealed class TemporaryFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridetracker-load-");

    public string Path => _folder.FullName;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

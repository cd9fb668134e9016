namespace RideTracker.LoadTest.Scenarios;

/// <summary>Runs a loop on a thread of its own.</summary>
internal static class LoopThread
{
    public static Task<T> RunAsync<T>(Func<T> loop)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(loop());
            }
            catch (OperationCanceledException)
            {
                done.SetCanceled();
            }
#pragma warning disable CA1031 // It goes on in whoever waits for the loop.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                done.SetException(failure);
            }
        })
        { Name = "generator", IsBackground = true }.Start();
        return done.Task;
    }
}

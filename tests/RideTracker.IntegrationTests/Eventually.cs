namespace RideTracker.IntegrationTests;

/// <summary>Asks again until it is so, for what no signal tells of.</summary>
internal static class Eventually
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(60);

    /// <summary>Fails where it is not so within the patience, 60 s by default.</summary>
    public static async Task IsSoAsync(Func<Task<bool>> isSo, TimeSpan? patience = null)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        giveUp.CancelAfter(patience ?? UsualPatience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo())
        {
            try
            {
                await beat.WaitForNextTickAsync(giveUp.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"it was not so within {(patience ?? UsualPatience).TotalSeconds} s");
            }
        }
    }
}

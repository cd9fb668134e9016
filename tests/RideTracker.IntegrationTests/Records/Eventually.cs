namespace RideTracker.IntegrationTests.Records;

/// <summary>Asks again until it is so, for what no signal tells of.</summary>
internal static class Eventually
{
    public static async Task AsyncTrue(Func<Task<bool>> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo()) await beat.WaitForNextTickAsync(patience.Token);
    }
}

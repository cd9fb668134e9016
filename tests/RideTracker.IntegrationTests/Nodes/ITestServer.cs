namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Something that answers as a tracking node does: one of ours, in this process or another, or whatever an operator names.</summary>
internal interface ITestServer
{
    Uri Url { get; }

    /// <summary>Speaks HTTP/1.1 with it; its base address is <see cref="Url"/>.</summary>
    HttpClient Http { get; }
}

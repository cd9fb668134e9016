namespace RideTracker.Demo;

/// <summary>Sends requests to where the nodes answer, which is known only once the demo itself serves: clients are put together before that.</summary>
internal sealed class NodesHandler(DemoAddress address) : DelegatingHandler(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
{
    /// <summary>Stands in for the address until a request is sent.</summary>
    public static Uri Placeholder { get; } = new("http://nodes.invalid/");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(address.Nodes, request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}

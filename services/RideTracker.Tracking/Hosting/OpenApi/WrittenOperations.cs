using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RideTracker.Tracking.Hosting.OpenApi;

/// <summary>
/// Puts the written description of each operation (openapi.json) in the place of the generated one: handlers that read headers and write
/// bytes themselves show code nothing of their parameters, headers and bodies. What this node does not map stays out of its document.
/// </summary>
internal sealed class WrittenOperations : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        // Read anew each time: the model can be changed by whoever gets it.
        var read = OpenApiDocument.Parse(WireDocuments.OpenApi().ToJsonString(), OpenApiConstants.Json);
        if (read.Document is not { } written || read.Diagnostic?.Errors.Count > 0)
            throw new InvalidOperationException($"openapi.json can't be read: {string.Join("; ", read.Diagnostic?.Errors.Select(error => error.ToString()) ?? [])}");
        document.Info = written.Info;
        document.Servers = [];
        document.Components = written.Components;
        document.Tags = null;
        foreach (var (path, item) in document.Paths)
        {
            if (item.Operations is not { } operations || !written.Paths.TryGetValue(path, out var known) || known.Operations is not { } described) continue;
            foreach (var method in operations.Keys.ToList())
            {
                if (described.TryGetValue(method, out var operation)) operations[method] = operation;
            }
        }

        return Task.CompletedTask;
    }
}

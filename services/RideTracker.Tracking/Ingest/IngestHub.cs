using RideTracker.Protocol;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>All that ingest asks of the hub, in one place; tests put a hub of their own here.</summary>
internal sealed record IngestHub
{
    /// <summary><see cref="HubWriter.WriteAsync"/>.</summary>
    public required Func<DriverReport, CancellationToken, ValueTask<HubVerdict>> WriteAsync { get; init; }

    /// <summary><see cref="HubWriter.QueueAsync"/>.</summary>
    public required Func<QueuedReport, CancellationToken, ValueTask> QueueAsync { get; init; }

    /// <summary><see cref="HubReader.ReadSlotAsync"/>.</summary>
    public required Func<DriverId, CancellationToken, ValueTask<DriverSlot?>> ReadSlotAsync { get; init; }

    /// <summary><see cref="HubLink.SubscribeControlAsync"/>.</summary>
    public required Func<DriverId, Action<ReadOnlyMemory<byte>>, CancellationToken, ValueTask<IDisposable>> SubscribeControlAsync { get; init; }

    /// <summary><see cref="HubLink.Incarnation"/>.</summary>
    public required Func<string> Incarnation { get; init; }

    public static IngestHub Of(HubLink link, HubWriter writer, HubReader reader) => new()
    {
        WriteAsync = writer.WriteAsync,
        QueueAsync = writer.QueueAsync,
        ReadSlotAsync = reader.ReadSlotAsync,
        SubscribeControlAsync = link.SubscribeControlAsync,
        Incarnation = () => link.Incarnation,
    };
}

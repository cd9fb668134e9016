using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace RideTracker.IntegrationTests.Garbage;

/// <summary>
/// Has another .NET process collect all its garbage, so that its memory at rest can be compared: opens a trace with the runtime's keyword for that
/// over its diagnostic socket (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).
/// </summary>
internal static class ForcedCollection
{
    private const ulong GCHeapCollect = 0x800000;
    private const uint Informational = 4;
    private const uint NetTrace = 1;

    public static async Task RunAsync(int processId, CancellationToken cancellationToken)
    {
        var path = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{processId}-*-socket").Single();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Command(), cancellationToken);
        var answer = new byte[28];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        // Command set 0xFF is the server's, 0 is OK. The collection is over by then; closing the socket ends the trace.
        Assert.Equal([0xFF, 0x00], answer[16..18]);
    }

    private static byte[] Command()
    {
        using var payload = new MemoryStream();
        Write(payload, 1); // MB of buffer
        Write(payload, NetTrace);
        Write(payload, 1); // providers
        Span<byte> keywords = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(keywords, GCHeapCollect);
        payload.Write(keywords);
        Write(payload, Informational);
        WriteText(payload, "Microsoft-Windows-DotNETRuntime");
        WriteText(payload, "");
        // Magic, size of all, command set EventPipe, command CollectTracing, reserved.
        byte[] command = [.. "DOTNET_IPC_V1\0"u8, 0, 0, 0x02, 0x02, 0, 0, .. payload.ToArray()];
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(14), (ushort)command.Length);
        return command;
    }

    private static void Write(Stream to, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private static void WriteText(Stream to, string text)
    {
        Write(to, (uint)text.Length + 1);
        to.Write(Encoding.Unicode.GetBytes(text + "\0"));
    }
}

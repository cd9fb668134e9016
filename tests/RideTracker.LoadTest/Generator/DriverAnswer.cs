using System.Buffers.Text;
using System.Text.Json;

namespace RideTracker.LoadTest.Generator;

/// <summary>What a server says to a driver: an Ack of <c>ridetracker.driver.v1</c>, or a completion of SignalR's JSON protocol. Read without allocating.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Reports">The last report that it settles; the call's number for a completion.</param>
/// <param name="Accepted">Fixes.</param>
/// <param name="Duplicates">Fixes.</param>
/// <param name="Rejected">Fixes.</param>
internal readonly record struct DriverAnswer(DriverAnswerKind Kind, long Reports, long Accepted, long Duplicates, long Rejected)
{
    /// <summary>SignalR ends each JSON message with this byte.</summary>
    public const byte RecordSeparator = 0x1e;

    /// <summary>Reads one message; what it does not know is <see cref="DriverAnswerKind.Other"/>.</summary>
    public static DriverAnswer Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
        var kind = DriverAnswerKind.Other;
        long reports = 0, accepted = 0, duplicates = 0, rejected = 0, type = 0;
        var failed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ack"u8) || reader.ValueTextEquals("result"u8))
            {
                if (reader.ValueTextEquals("ack"u8)) kind = DriverAnswerKind.Ack;
                ReadAck(ref reader, ref reports, ref accepted, ref duplicates, ref rejected);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("invocationId"u8))
            {
                reader.Read();
                Utf8Parser.TryParse(reader.ValueSpan, out reports, out _);
            }
            else
            {
                failed |= reader.ValueTextEquals("error"u8);
                reader.Read();
                reader.Skip();
            }
        }

        if (type == 3) kind = failed ? DriverAnswerKind.FailedCall : DriverAnswerKind.Completion;
        else if (type == 7 || (type == 0 && failed)) kind = DriverAnswerKind.Error;
        return new DriverAnswer(kind, reports, accepted, duplicates, rejected);
    }

    private static void ReadAck(ref Utf8JsonReader reader, ref long reports, ref long accepted, ref long duplicates, ref long rejected)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("rejected"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    rejected++;
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("reports"u8))
            {
                Number(ref reader, ref reports);
            }
            else if (reader.ValueTextEquals("accepted"u8))
            {
                Number(ref reader, ref accepted);
            }
            else if (reader.ValueTextEquals("duplicates"u8))
            {
                Number(ref reader, ref duplicates);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void Number(ref Utf8JsonReader reader, ref long to)
    {
        reader.Read();
        to = reader.GetInt64();
    }
}

/// <summary>What a server said to a driver.</summary>
internal enum DriverAnswerKind
{
    /// <summary>Advice, a trip, a ping, SignalR's answer to the handshake.</summary>
    Other,

    /// <summary>Settles all reports up to a number.</summary>
    Ack,

    /// <summary>Settles one call.</summary>
    Completion,

    /// <summary>A call that settled nothing.</summary>
    FailedCall,

    /// <summary>A problem, or the end of the connection.</summary>
    Error,
}

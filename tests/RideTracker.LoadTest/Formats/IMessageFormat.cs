namespace RideTracker.LoadTest.Formats;

/// <summary>Writes one published message as it goes to the socket, without allocating.</summary>
internal interface IMessageFormat
{
    /// <summary>No message is longer, in bytes.</summary>
    int MaxLength { get; }

    /// <summary>Writes a message, and returns its length.</summary>
    /// <param name="to">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="topic">Whose state it is.</param>
    /// <param name="number">Counts the messages of the connection that it goes out on, from 1.</param>
    /// <param name="fixTimeMs">Time of its newest fix (Unix ms), unique for the topic; with n fixes, those of the n - 1 ms before are its others.</param>
    /// <param name="sentNs">Now, on the monotonic clock.</param>
    int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs);
}

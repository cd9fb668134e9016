using System.Text;
using CsCheck;
using RideTracker.Tracking.Hub.Wire;

namespace RideTracker.Tests.Wire;

public class PushReaderTests
{
    private const string Pushes =
        "*3\r\n$9\r\nsubscribe\r\n$4\r\ntrip\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$4\r\ntrip\r\n$5\r\na\r\nbc\r\n*3\r\n$7\r\nmessage\r\n$4\r\ntrip\r\n$0\r\n\r\n"
        + "*2\r\n$4\r\npong\r\n$0\r\n\r\n*3\r\n$11\r\nunsubscribe\r\n$4\r\ntrip\r\n:0\r\n+PONG\r\n-NOAUTH Authentication required.\r\n";

    private static readonly string[] Expected =
        ["Subscribed trip 1", "Message trip a\r\nbc", "Message trip ", "Answer  ", "Unsubscribed trip 0", "Answer  PONG", "Error  NOAUTH Authentication required."];

    [Fact]
    public void Read_WhateverTheNetworkCutsItInto_GivesTheSamePushes() =>
        Gen.Int[1, 40].Array[1, 20].Sample(sizes =>
        {
            var stream = Encoding.ASCII.GetBytes(Pushes);
            var read = new List<string>();
            var (start, end, turn) = (0, 0, 0);
            while (end < stream.Length)
            {
                end = Math.Min(stream.Length, end + sizes[turn++ % sizes.Length]);
                while (PushReader.TryRead(stream.AsSpan(start, end - start), out var push, out var length))
                {
                    start += length;
                    read.Add($"{push.Kind} {Encoding.ASCII.GetString(push.Channel)} {Encoding.ASCII.GetString(push.Payload)}");
                }
            }

            Assert.Equal(Expected, read);
        });

    [Theory]
    [InlineData("*4\r\n")]
    [InlineData("*x\r\n")]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("%1\r\n")]
    [InlineData("*3\r\n$7\r\nmassage\r\n$1\r\na\r\n$1\r\nb\r\n")]
    [InlineData("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$99999999\r\n")]
    public void Read_WhatRedisNeverSends_IsRefused(string text) =>
        Assert.Throws<InvalidDataException>(() => PushReader.TryRead(Encoding.ASCII.GetBytes(text), out _, out _));
}

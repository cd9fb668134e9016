using System.Text;
using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class DriverAnswerTests
{
    [Theory]
    [InlineData("""{"ack":{"reports":12,"accepted":7,"duplicates":2,"rejected":[{"report":3,"index":0,"reason":"jump"},{"report":4,"index":1,"reason":"future"}],"now":1764000000123,"hub":"h","advice":{"intervalMs":1000,"minDistance":0}}}""", "Ack 12 7 2 2")]
    [InlineData("""{"type":3,"invocationId":"45","result":{"accepted":20,"duplicates":0,"rejected":[],"now":1,"hub":"h"}}""", "Completion 45 20 0 0")]
    [InlineData("""{"type":3,"invocationId":"46","error":"hub-full: no room"}""", "FailedCall 46 0 0 0")]
    [InlineData("""{"type":3,"invocationId":"47","result":null}""", "Completion 47 0 0 0")]
    [InlineData("""{"type":1,"target":"Advise","arguments":[{"intervalMs":1000,"minDistance":0}]}""", "Other 0 0 0 0")]
    [InlineData("""{"type":6}""", "Other 0 0 0 0")]
    [InlineData("""{"type":7,"error":"closed"}""", "Error 0 0 0 0")]
    [InlineData("""{"error":{"type":"/problems/rate-limited","retryAfterMs":100}}""", "Error 0 0 0 0")]
    [InlineData("""{"advise":{"intervalMs":1000}}""", "Other 0 0 0 0")]
    [InlineData("""{"trip":null}""", "Other 0 0 0 0")]
    [InlineData("{}", "Other 0 0 0 0")]
    public void Answer_OfEachKind_IsRead(string json, string expected)
    {
        var answer = DriverAnswer.Read(Encoding.UTF8.GetBytes(json));
        Assert.Equal(expected, $"{answer.Kind} {answer.Reports} {answer.Accepted} {answer.Duplicates} {answer.Rejected}");
    }
}

using System.Text;
using RideTracker.Simulator;
using RideTracker.Simulator.Traces;

namespace RideTracker.Tests.Simulator;

/// <summary>Trace files are read as they are, and errors name file and line.</summary>
public class TraceFileTests
{
    private const string Header = "driver_id,timestamp_utc,lat,lon,occupied\n";
    private const string Good = "a,2008-05-17T14:12:10Z,37.75153,-122.39447,0\n";

    [Fact]
    public async Task Read_OfAGoodFile_GroupsByDriverInTheOrderOfTime()
    {
        var file = await ReadAsync("lon,extra,lat,driver_id,timestamp_utc\n1,x,2,b,2008-05-17T00:00:10Z\n3,x,4,a,2008-05-17T00:00:00Z\n5,x,6,b,2008-05-17T00:00:00Z\n\n");
        Assert.Equal(["b", "a"], file.Days.Select(d => d.Driver.Value));
        Assert.Equal([new(1210982400000, 6, 5), new(1210982410000, 2, 1)], file.Days[0].Points);
        Assert.Equal(3, file.Rows);
    }

    [Theory]
    [InlineData("", "t.csv:1: the file is empty")]
    [InlineData("driver_id,lat\n", "t.csv:1: the header has no column timestamp_utc, lon")]
    [InlineData(Header, "no row")]
    [InlineData(Header + Good + "a,2008-05-17T14:12:10Z,37.7\n", "t.csv:3: 5 columns are in the header, 3 in this row")]
    [InlineData(Header + "a,yesterday,37.7,-122.3,0\n", "t.csv:2: timestamp_utc 'yesterday'")]
    [InlineData(Header + "a,2008-05-17T14:12:10Z,north,-122.3,0\n", "t.csv:2: lat 'north'")]
    [InlineData(Header + "a,2008-05-17T14:12:10Z,NaN,-122.3,0\n", "t.csv:2: lat 'NaN'")]
    [InlineData(Header + "a,2008-05-17T14:12:10Z,37.7,-181,0\n", "t.csv:2: lon '-181'")]
    [InlineData(Header + "a b,2008-05-17T14:12:10Z,37.7,-1,0\n", "t.csv:2: driver_id 'a b'")]
    public async Task Read_OfABadFile_NamesFileAndLine(string text, string expected)
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.Contains(expected, error.Message);
        Assert.Equal(ExitCodes.BadFile, error.ExitCode);
    }

    [Fact]
    public async Task Read_SkippingBadRows_CountsThem()
    {
        var file = await ReadAsync(Header + Good + "nonsense\n" + Good + "a,x,1,2,0\n", skip: true);
        Assert.Equal((4, 2, 2), (file.Rows, file.BadRowCount, file.Days[0].Points.Count));
        Assert.StartsWith("t.csv:3: ", file.BadRows[0]);
    }

    [Fact]
    public async Task Read_OfAMissingFile_SaysSo()
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => TraceFile.ReadAsync("/no/such/file.csv", false, TestContext.Current.CancellationToken));
        Assert.Contains("/no/such/file.csv: can't be read", error.Message);
    }

    private static Task<TraceFile> ReadAsync(string text, bool skip = false) =>
        TraceFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv", skip, TestContext.Current.CancellationToken);
}

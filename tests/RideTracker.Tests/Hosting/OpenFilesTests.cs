using RideTracker.Tracking.Hosting;

namespace RideTracker.Tests.Hosting;

public sealed class OpenFilesTests
{
    private const string Head = "Limit                     Soft Limit           Hard Limit           Units     ";

    [Theory]
    [InlineData("Max open files            20000                524288               files     ", 20_000L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             15000                15000                processes ", null)]
    public void The_soft_limit_is_read_from_the_kernels_table(string line, long? soft) => Assert.Equal(soft, OpenFiles.Soft([Head, line]));

    [Fact]
    public void A_server_is_full_at_its_limit_and_never_without_one()
    {
        var open = new OpenConnections(2);
        open.Add();
        Assert.False(open.IsFull);
        open.Add();
        Assert.True(open.IsFull);
        Assert.False(new OpenConnections(null).IsFull);
    }
}

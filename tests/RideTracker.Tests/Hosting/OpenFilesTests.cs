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
}

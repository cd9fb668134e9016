using System.Globalization;
using System.Text.RegularExpressions;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers.Nchan;

/// <summary>Starts the peer <c>nchan</c>: Debian's nginx with its Nchan module, by the template nginx.conf beside this file.</summary>
internal static partial class NchanPeer
{
    public const string Name = "nchan";

    private const string Program = "/usr/sbin/nginx";
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";

    private static readonly string[] Packages = ["nginx", "libnginx-mod-nchan"];

    /// <summary>Installs what is missing.</summary>
    /// <exception cref="LoadTestException">That can't be done here.</exception>
    public static async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Module) || !File.Exists(Program)) await DebianPackages.InstallAsync(Packages, cancellationToken);
    }

    /// <exception cref="LoadTestException">It does not start.</exception>
    public static async Task<PeerTarget> StartAsync(PeerLoad load, CancellationToken cancellationToken)
    {
        var folder = new TemporaryFolder();
        try
        {
            var port = FreePort.Next();
            var configuration = Path.Combine(folder.Path, "nginx.conf");
            var template = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/RideTracker.LoadTest/Peers/Nchan/nginx.conf"), cancellationToken);
            await File.WriteAllTextAsync(configuration, Fill(template, folder.Path, port), cancellationToken);
            var nginx = await PeerProcess.StartAsync(
                Cores.On(Cores.Server, Program, "-p", folder.Path, "-c", configuration, "-e", "stderr"), "start worker process ", cancellationToken);
            var worker = int.Parse(WorkerLine().Match(nginx.LastLines).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return new PeerTarget(
                Name, [new("nginx", nginx.Pid), new("nginx", worker)], await DebianPackages.VersionsAsync(Packages, cancellationToken),
                PeerWire.Sse(port, load, "/sub?topic="), PeerWire.Post(port, load, "/pub?topic="), nginx, folder);
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    private static string Fill(string template, string folder, int port) => template
        .Replace("@{module}", Module, StringComparison.Ordinal)
        .Replace("@{folder}", folder, StringComparison.Ordinal)
        .Replace("@{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@{user}", Environment.IsPrivilegedProcess ? "user root;" : "", StringComparison.Ordinal);

    // nginx: 2026/01/01 00:00:00 [notice] 12#12: start worker process 13
    [GeneratedRegex(@"start worker process (\d+)")]
    private static partial Regex WorkerLine();
}

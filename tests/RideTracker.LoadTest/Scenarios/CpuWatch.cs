using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>CPU time of the servers between two moments, by process.</summary>
internal sealed class CpuWatch(IReadOnlyList<ServerProcess> servers)
{
    private double[] _from = [.. servers.Select(server => ProcFs.CpuSeconds(server.Pid))];
    private double[] _until = [];

    /// <summary>Begins anew.</summary>
    public void Start() => _from = Read();

    public void Stop() => _until = Read();

    /// <summary>Seconds by process; processes of one name are added up.</summary>
    public IReadOnlyDictionary<string, double> Seconds()
    {
        var seconds = new Dictionary<string, double>();
        for (var i = 0; i < servers.Count; i++) seconds[servers[i].Name] = seconds.GetValueOrDefault(servers[i].Name) + _until[i] - _from[i];
        return seconds;
    }

    private double[] Read() => [.. servers.Select(server => ProcFs.CpuSeconds(server.Pid))];
}

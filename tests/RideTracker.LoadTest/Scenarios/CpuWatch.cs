using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>CPU time of the servers between two moments, by process; and how much of their core others took meanwhile.</summary>
internal sealed class CpuWatch(IReadOnlyList<ServerProcess> servers)
{
    private Sample _from = Sample.Read(servers);
    private Sample _until = Sample.Read(servers);

    /// <summary>CPU that others used on the servers' core, 0 to 1: builds, browsers. Much of it spoils latencies and what a core can take; CPU per delivery it changes little.</summary>
    public double OthersShare => _until.Ns > _from.Ns
        ? Math.Max(0, _until.CoreSeconds - _from.CoreSeconds - Seconds().Values.Sum()) * Clock.Second / (_until.Ns - _from.Ns)
        : 0;

    /// <summary>CPU of this process, the generator's, 0 to 1.</summary>
    public double GeneratorShare => _until.Ns > _from.Ns ? (_until.GeneratorSeconds - _from.GeneratorSeconds) * Clock.Second / (_until.Ns - _from.Ns) : 0;

    /// <summary>Begins anew.</summary>
    public void Start() => _from = Sample.Read(servers);

    /// <summary>Ends, or goes on to end later.</summary>
    public void Stop() => _until = Sample.Read(servers);

    /// <summary>Seconds by process; processes of one name are added up.</summary>
    public IReadOnlyDictionary<string, double> Seconds()
    {
        var seconds = new Dictionary<string, double>();
        for (var i = 0; i < servers.Count; i++) seconds[servers[i].Name] = seconds.GetValueOrDefault(servers[i].Name) + _until.Servers[i] - _from.Servers[i];
        return seconds;
    }

    private readonly record struct Sample(long Ns, double[] Servers, double CoreSeconds, double GeneratorSeconds)
    {
        public static Sample Read(IReadOnlyList<ServerProcess> servers) => new(
            Clock.Ns, [.. servers.Select(server => ProcFs.CpuSeconds(server.Pid))], ProcFs.BusySeconds(Cores.Server), ProcFs.CpuSeconds(Environment.ProcessId));
    }
}

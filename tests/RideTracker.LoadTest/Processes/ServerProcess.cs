namespace RideTracker.LoadTest.Processes;

/// <summary>A process whose CPU and memory are measured.</summary>
/// <param name="Name">As tables name it: <c>redis</c>, <c>node</c>, <c>nginx</c>.</param>
/// <param name="Pid">The process itself, not its starter.</param>
internal readonly record struct ServerProcess(string Name, int Pid);

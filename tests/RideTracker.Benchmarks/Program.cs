using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RideTracker.Tracking.Hosting;

// As the shipped node does: before the first socket.
InlineSockets.Use();

// In this process: the benchmarks need the node's own settings for the runtime, and no project to be generated and restored.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
    .WithArtifactsPath(Path.Combine(Environment.CurrentDirectory, "artifacts", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(RideTracker.Benchmarks.DeliveryBenchmarks).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"], config);

using RideTracker.Demo;
using RideTracker.Tracking.Hosting;

InlineSockets.Use();

// No limit here: the host itself ends on Ctrl-C and SIGTERM, in its own time.
return await DemoCommand.Create().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

using RideTracker.Demo;

// No limit here: the host itself ends on Ctrl-C and SIGTERM, in its own time.
return await DemoCommand.Create().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

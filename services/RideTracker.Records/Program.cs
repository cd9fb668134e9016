using RideTracker.Records.Hosting;

// No limit here: the host itself ends on Ctrl-C and SIGTERM, in its own time.
return await RecordsCommand.Create().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

using RideTracker.Demo;

// Sockets complete on the thread pool here, unlike in a node of its own (InlineSockets): Records is in the same process, on SQLite, whose calls block.
// No limit here: the host itself ends on Ctrl-C and SIGTERM, in its own time.
return await DemoCommand.Create().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

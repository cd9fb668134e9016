using RideTracker.Hosting;
using RideTracker.Tracking.Hosting;

InlineSockets.Use();

// Its settings file lies beside it, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddTracking();
builder.Logging.AddStartTrouble();
try
{
    await using var app = builder.Build();
    app.MapTracking();
    await app.RunToEndAsync();
    return 0;
}
catch (Exception failure) when (StartTrouble.Reasons(failure) is { } reasons)
{
    return await StartTrouble.TellAsync("RideTracker.Tracking", reasons);
}

using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Tracking.Hosting;

InlineSockets.Use();

// Its settings file lies beside it, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddTracking();
try
{
    await using var app = builder.Build();
    app.MapTracking();
    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (failure is OptionsValidationException or HubMismatchException || (failure is AggregateException many && many.InnerExceptions.All(inner => inner is OptionsValidationException)))
{
    // What is wrong with the settings, all at once and without a stack trace.
    var errors = failure switch
    {
        OptionsValidationException options => options.Failures,
        AggregateException several => several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures),
        _ => [failure.Message],
    };
    await Console.Error.WriteLineAsync("RideTracker.Tracking can't start:");
    foreach (var error in errors) await Console.Error.WriteLineAsync($"  {error}");
    return 78; // EX_CONFIG (sysexits.h)
}

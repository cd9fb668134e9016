using Microsoft.Extensions.Options;
using RideTracker.Protocol.Geo;

namespace RideTracker.Tracking.Ingest;

/// <summary>Says everything that is wrong with <see cref="IngestOptions"/> at once.</summary>
internal sealed class IngestOptionsValidator : IValidateOptions<IngestOptions>
{
    private readonly List<string> _errors = [];

    public ValidateOptionsResult Validate(string? name, IngestOptions options)
    {
        _errors.Clear();
        Within("Checks:MaxLatitude", options.Checks.MaxLatitude, 1, GeoMath.MaxLatitude);
        Within("Checks:MaxAhead", options.Checks.MaxAhead, TimeSpan.Zero, TimeSpan.FromHours(1));
        Within("Checks:MaxAge", options.Checks.MaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        Within("Checks:MaxAccuracyMeters", options.Checks.MaxAccuracyMeters, 1, 100_000);
        Within("Checks:MaxSpeedMps", options.Checks.MaxSpeedMps, 1, 10_000);
        // accept.lua knows duplicates as far back as 500 fixes.
        Within("MaxReportFixes", options.MaxReportFixes, 1, 500);
        Within("MaxReportBytes", options.MaxReportBytes, 1_024, 1024 * 1024);
        Within("FixesPerSecond", options.FixesPerSecond, 1, 1_000_000);
        Within("FixBurst", options.FixBurst, options.MaxReportFixes, 10_000_000, "not less than Ingest:MaxReportFixes, else a full report could never pass");
        Within("MaxReportsInFlight", options.MaxReportsInFlight, 1, 10_000);
        Within("MaxFixesInFlight", options.MaxFixesInFlight, options.MaxReportFixes, 1_000_000, "not less than Ingest:MaxReportFixes, else a full report could never pass");
        Within("MaxCallsInFlight", options.MaxCallsInFlight, 1, 1_000);
        Within("MaxConnectionsPerDriver", options.MaxConnectionsPerDriver, 1, 1_000_000);
        Within("MaxIdleTracks", options.MaxIdleTracks, 0, 10_000_000);
        Within("AckDelay", options.AckDelay, TimeSpan.Zero, TimeSpan.FromSeconds(1), "the contract's limit");
        Within("MinRetryDelay", options.MinRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Within("MaxRetryDelay", options.MaxRetryDelay, options.MinRetryDelay, TimeSpan.FromMinutes(5), "not less than Ingest:MinRetryDelay");
        Within("KeepAliveInterval", options.KeepAliveInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within("KeepAliveTimeout", options.KeepAliveTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within("Advice:NearStopInterval", options.Advice.NearStopInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:WatchedInterval", options.Advice.WatchedInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:OnTripInterval", options.Advice.OnTripInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:IdleInterval", options.Advice.IdleInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:OffDutyInterval", options.Advice.OffDutyInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:LowBattery", options.Advice.LowBattery, 0, 1);
        Within("Advice:LowBatteryFactor", options.Advice.LowBatteryFactor, 1, 100);
        Within("Advice:SlowDownAfter", options.Advice.SlowDownAfter, TimeSpan.Zero, TimeSpan.FromHours(1));
        Within("Advice:FullInterval", options.Advice.FullInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Within("Advice:MinDistanceMeters", options.Advice.MinDistanceMeters, 0, 10_000);
        return _errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_errors.ToArray());
    }

    private void Within<T>(string path, T value, T least, T most, string? why = null)
        where T : IComparable<T>
    {
        // Written so that NaN is refused too.
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return;
        _errors.Add(FormattableString.Invariant($"Ingest:{path} is {value}: {least} to {most}{(why is null ? "" : $" ({why})")}."));
    }
}

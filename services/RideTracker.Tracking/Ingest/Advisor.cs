using Microsoft.Extensions.Options;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What decides how often a driver should report.</summary>
/// <param name="OnTrip">It has an active trip.</param>
/// <param name="Full">The hub has no room for its history.</param>
/// <param name="Demand">Who looks, and how near its stop is.</param>
/// <param name="LowBattery">Its phone is to be spared, see <see cref="Advisor.IsLow"/>.</param>
internal readonly record struct DriverNeed(bool OnTrip, bool Full, DriverDemand Demand, bool LowBattery);

/// <summary>Says how often drivers should report.</summary>
internal sealed class Advisor(IOptions<IngestOptions> options)
{
    // Asked with each report: made once. The second of each is for a low battery.
    private readonly Advice[] _full = Advices(options.Value.Advice, options.Value.Advice.FullInterval, spared: false);
    private readonly Advice[] _offDuty = Advices(options.Value.Advice, options.Value.Advice.OffDutyInterval, spared: false);
    private readonly Advice[] _nearStop = Advices(options.Value.Advice, options.Value.Advice.NearStopInterval, spared: true);
    private readonly Advice[] _watched = Advices(options.Value.Advice, options.Value.Advice.WatchedInterval, spared: true);
    private readonly Advice[] _onTrip = Advices(options.Value.Advice, options.Value.Advice.OnTripInterval, spared: true);
    private readonly Advice[] _idle = Advices(options.Value.Advice, options.Value.Advice.IdleInterval, spared: true);

    /// <summary>See <see cref="AdviceOptions.SlowDownAfter"/>.</summary>
    public TimeSpan SlowDownAfter => options.Value.Advice.SlowDownAfter;

    public Advice Advise(in DriverNeed need)
    {
        var both = need switch
        {
            { Full: true } => _full,
            { Demand: var demand } when demand.Has(DriverDemand.OffDuty) => _offDuty,
            { OnTrip: false } => _idle,
            { Demand: var demand } when demand.Has(DriverDemand.Watched | DriverDemand.NearStop) => _nearStop,
            { Demand: var demand } when (demand & (DriverDemand.Watched | DriverDemand.NearStop)) != 0 => _watched,
            _ => _onTrip,
        };
        return both[need.LowBattery ? 1 : 0];
    }

    /// <summary>Whether the phone that sent this fix is to be spared.</summary>
    public bool IsLow(DriverFix? newest) => newest is { Battery: { } battery, Charging: not true } && battery < options.Value.Advice.LowBattery;

    private static Advice[] Advices(AdviceOptions options, TimeSpan interval, bool spared) =>
    [
        new((int)interval.TotalMilliseconds, options.MinDistanceMeters),
        new((int)(interval.TotalMilliseconds * (spared ? options.LowBatteryFactor : 1)), options.MinDistanceMeters),
    ];
}

using System.Globalization;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.Protocol.Drivers;

/// <summary>A time in which a driver is off duty: what its phone has from then is neither kept nor shown.</summary>
/// <param name="FromMs">When it went off duty (Unix ms). Names the spell: no two spells of a driver begin at the same time.</param>
/// <param name="ToMs">When it came back (Unix ms), not before <paramref name="FromMs"/>; null while it is off duty. A fix of exactly this time counts again.</param>
public sealed record OffDutySpell(long FromMs, long? ToMs);

/// <summary>
/// Writes into the hub when a driver is off duty. Every write is idempotent: repeating it leaves the same. To be written in order: first the spell without its end,
/// then the same with it. After the hub lost everything: the driver's newest spells of a week, the oldest first; a driver without one is on duty.
/// </summary>
public sealed class DutyProjection(IHubScripts hub)
{
    private static readonly HubScript DutyScript = HubScript.Beside(typeof(DutyProjection), "duty");

    /// <summary>
    /// Makes the hub know one spell. While it has no end the driver is in no viewport; its fixes of that time are refused as
    /// <see cref="Fixes.RejectReason.OffDuty"/>, and those from before that come late are kept.
    /// </summary>
    /// <exception cref="ArgumentException">The spell ends before it begins.</exception>
    /// <exception cref="DriverBusyException">The driver is on a trip: it ends or is released first. Only for a spell without its end.</exception>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task WriteAsync(DriverId driver, OffDutySpell spell, CancellationToken cancellationToken)
    {
        if (spell.FromMs <= 0 || spell.ToMs < spell.FromMs) throw new ArgumentException($"The off-duty spell of driver {driver} ends before it begins.", nameof(spell));
        var partition = HubKeys.Partition(driver, hub.Partitions);
        var answer = await hub.RunAsync(
            DutyScript,
            [HubKeys.Slot(partition, driver), HubKeys.Track(partition, driver), HubKeys.Geo(partition), HubKeys.Heard(partition)],
            [
                driver.Value, HubKeys.DriverChannel(partition, driver), HubKeys.CellChannel(partition, ""),
                spell.FromMs.ToString(CultureInfo.InvariantCulture), spell.ToMs?.ToString(CultureInfo.InvariantCulture) ?? "",
            ],
            cancellationToken);
        if (answer < 0) throw new DriverBusyException(driver, $"Driver {driver} can't be off duty: it is on a trip.");
    }
}

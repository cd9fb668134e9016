using System.Globalization;
using System.Text;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Records.Trails;

/// <summary>One fix on its way from the queue to the history.</summary>
/// <param name="Driver">Whose it is.</param>
/// <param name="Fix">What was reported.</param>
/// <param name="ReceivedMs">When the hub accepted it, Unix ms.</param>
/// <param name="Element">Which element of the batch it was in.</param>
/// <param name="Place">Its place in that element.</param>
internal readonly record struct FixRow(DriverId Driver, DriverFix Fix, long ReceivedMs, int Element, int Place)
{
    /// <summary>
    /// By driver, then time, then as they came. In this order they are written: two Records with the same rows wait for one another instead of
    /// deadlocking, the index is walked leaf by leaf, and who hears of them gets each driver's way in one piece.
    /// </summary>
    public static int Compare(FixRow one, FixRow other)
    {
        var order = string.CompareOrdinal(one.Driver.Value, other.Driver.Value);
        if (order == 0) order = one.Fix.FixTimeMs.CompareTo(other.Fix.FixTimeMs);
        if (order == 0) order = one.Element.CompareTo(other.Element);
        return order == 0 ? one.Place.CompareTo(other.Place) : order;
    }

    public bool IsSameFixAs(in FixRow other) => Fix.FixTimeMs == other.Fix.FixTimeMs && Driver == other.Driver;

    /// <summary>As the queue has it: <c>DRIVER RECEIVEDMS FIXTEXT;</c>.</summary>
    public byte[] ToPayload()
    {
        var text = new byte[FixText.MaxLength];
        var fix = Fix;
        var length = FixText.Write(in fix, text);
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Driver.Value} {ReceivedMs} ")), .. text.AsSpan(0, length)];
    }
}

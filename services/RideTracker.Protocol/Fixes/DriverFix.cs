using System.Text.Json.Serialization;

namespace RideTracker.Protocol.Fixes;

/// <summary>
/// What a phone reports: where it was at a moment. Identified by (driver, <see cref="FixTimeMs"/>), nothing else.
/// On the wire (JSON and MessagePack): <c>time, lat, lng, accuracy?, speed?, heading?, altitude?, battery?, charging?, mock?</c>;
/// what is unknown is left out.
/// </summary>
/// <param name="FixTimeMs">When the fix was taken: Unix time in milliseconds, UTC. Not positive = malformed.</param>
/// <param name="Latitude">Degrees WGS 84. Not finite = malformed.</param>
/// <param name="Longitude">Degrees WGS 84. Not finite = malformed.</param>
[JsonConverter(typeof(DriverFixJsonConverter))]
public readonly record struct DriverFix(long FixTimeMs, double Latitude, double Longitude)
{
    private readonly float? _accuracyMeters;
    private readonly float? _speedMps;
    private readonly float? _headingDegrees;
    private readonly float? _altitudeMeters;
    private readonly float? _battery;

    /// <summary>A fix that could not be read: refused as <see cref="RejectReason.Malformed"/>, and only it.</summary>
    public static DriverFix Malformed { get; } = new(0, double.NaN, double.NaN);

    /// <summary>Radius in metres within which the phone believes itself to be, 0 to 100,000; outside counts as unknown.</summary>
    public float? AccuracyMeters { get => _accuracyMeters; init => _accuracyMeters = InRange(value, 0, 100_000); }

    /// <summary>Metres per second over ground, 0 to 400; outside counts as unknown.</summary>
    public float? SpeedMps { get => _speedMps; init => _speedMps = InRange(value, 0, 400); }

    /// <summary>Course in degrees clockwise from true north, 0 to 360 (360 is kept as 0); outside counts as unknown.</summary>
    public float? HeadingDegrees { get => _headingDegrees; init => _headingDegrees = InRange(value, 0, 360) is { } v ? v == 360 ? 0 : v : null; }

    /// <summary>Metres above the ellipsoid, -1,000 to 20,000; outside counts as unknown.</summary>
    public float? AltitudeMeters { get => _altitudeMeters; init => _altitudeMeters = InRange(value, -1_000, 20_000); }

    /// <summary>Charge of the phone's battery, 0 to 1; outside counts as unknown.</summary>
    public float? Battery { get => _battery; init => _battery = InRange(value, 0, 1); }

    /// <summary>Whether the phone is being charged.</summary>
    public bool? Charging { get; init; }

    /// <summary>Whether the phone says that this position was made up by a program.</summary>
    public bool? Mock { get; init; }

    private static float? InRange(float? value, float min, float max) => value >= min && value <= max ? value : null;
}

namespace RideTracker.LoadTest.Peers;

/// <summary>A driver's position as the peers' apps take it and pass it on: about as long as RideTracker's, with less to know.</summary>
/// <param name="Driver">Who drives.</param>
/// <param name="Lat">Degrees, WGS 84.</param>
/// <param name="Lng">Degrees, WGS 84.</param>
/// <param name="Speed">Metres per second.</param>
/// <param name="Course">Degrees clockwise from north.</param>
/// <param name="T">When it was sent: the monotonic clock in ns, by which the generator knows how old it is.</param>
internal sealed record Position(string Driver, double Lat, double Lng, double Speed, double Course, long T);

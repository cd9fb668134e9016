namespace RideTracker.Fleet.Planning;

/// <summary>What the sea did to a coast: a height for each share of the way round, broad bays and small coves at once.</summary>
internal sealed class Roughness
{
    // Each octave has about twice as many bumps, half as high.
    private static readonly double[] Heights = [0.5, 0.3, 0.2];
    private readonly double[][] _octaves;

    /// <param name="random">Where the bumps come from.</param>
    /// <param name="bumps">How many the broadest octave has.</param>
    public Roughness(SeededRandom random, int bumps)
    {
        _octaves = new double[Heights.Length][];
        for (var octave = 0; octave < _octaves.Length; octave++)
        {
            var count = bumps;
            for (var i = 0; i < octave; i++) count = (count * 2) + 1;
            _octaves[octave] = new double[count];
            for (var i = 0; i < count; i++) _octaves[octave][i] = random.Between(-1, 1);
        }
    }

    /// <summary>Between -1 and 1; the same at 0 and at 1.</summary>
    public double At(double turn)
    {
        turn -= Math.Floor(turn);
        var height = 0.0;
        for (var octave = 0; octave < _octaves.Length; octave++) height += Heights[octave] * Smooth(_octaves[octave], turn);
        return height;
    }

    /// <summary>The value at a share of the way round a closed row, with soft changes between its members.</summary>
    public static double Smooth(double[] values, double turn)
    {
        var at = turn * values.Length;
        var i = (int)at;
        var t = at - i;
        var ease = t * t * (3 - (2 * t));
        return values[i % values.Length] + ((values[(i + 1) % values.Length] - values[i % values.Length]) * ease);
    }
}

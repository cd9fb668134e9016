namespace RideTracker.Fleet.Planning;

/// <summary>Draws the town's streets as lines: main roads first, then a grid for each quarter between them.</summary>
internal sealed class TownPlan(TownShape shape, SeededRandom random)
{
    // Metres that the shore road keeps from the sea, and the stub by which lines run over it so that they surely cross it.
    private const double ShoreRoadMeters = 110;
    private const double OverrunMeters = 16;
    private const double MotorwayGapMeters = 70;
    private const double ParallelMeters = 48;

    private readonly TownNames _names = new(random);
    private readonly List<StreetLine> _main = [];
    private NearIndex _mainRoads = new([], 0);
    private NearIndex _motorway = new([], 0);

    /// <summary>All lines, the important ones first.</summary>
    public List<StreetLine> Draw()
    {
        DrawMainRoads();
        _mainRoads = new NearIndex(_main.Select(m => m.Spots), ParallelMeters);
        var lines = new List<StreetLine>(_main);
        // The three directions are Pythagorean triples: exact without a sine.
        DrawGrid(lines, new(24 / 25.0, 7 / 25.0), 90, 142, s => shape.IsWest(s));
        DrawGrid(lines, new(60 / 61.0, 11 / 61.0), 98, 160, s => !shape.IsWest(s) && s.Y > GrandAvenueY(s.X) - OverrunMeters);
        DrawGrid(lines, new(12 / 13.0, -5 / 13.0), 104, 150, s => !shape.IsWest(s) && s.Y < GrandAvenueY(s.X) + OverrunMeters);
        return lines;
    }

    private static double GrandAvenueY(double x) => -120 + (110 * Curves.Wave((x + 600) / 4400));

    private void DrawMainRoads()
    {
        Across("primary", "Grand Avenue", GrandAvenueY);
        Across("primary", "Northern Avenue", x => 650 + (80 * Curves.Wave((x / 3600) + 0.3)));
        Across("secondary", "Harbour Avenue", x => -1440 + (50 * Curves.Wave(x / 2900)));
        double Western(double y) => -1380 + (110 * Curves.Wave(y / 3100));
        double Eastern(double y) => 1330 + (90 * Curves.Wave((y / 2700) + 0.4));
        Upward("primary", "Western Avenue", Western);
        Upward("primary", "Eastern Avenue", Eastern);
        Upward("secondary", "Station Road", y => -720 + (70 * Curves.Wave((y / 2300) + 0.2)));
        Upward("secondary", "College Road", y => 850 + (60 * Curves.Wave((y / 2500) + 0.7)));
        var shore = new Polyline(shape.Land.Spots).Beside(ShoreRoadMeters).Spots;
        List<Spot> round = [.. shore.Where((_, i) => i < shore.Count - 1)];
        _main.Add(new("secondary", "Shore Drive", [.. round, round[0]]));
        _main.Add(new("tertiary", "Lakeside Drive", [.. Curves.Oval(new(140, 1310), 622, 412, 80, i => 1 + (0.03 * Curves.Wave(i / 16.0)))]) { IsFrontage = true });
        Quay("Maren Quay East", shape.LeftBank, 26);
        Quay("Maren Quay West", shape.RightBank, -26);
        DrawMotorway(Western, Eastern);
    }

    // From shore to shore, west to east.
    private void Across(string highway, string name, Func<double, double> y) =>
        AddClipped(highway, name, Enumerable.Range(-70, 141).Select(i => new Spot(i * 40, y(i * 40))));

    // From shore to shore, south to north, leaving out the park.
    private void Upward(string highway, string name, Func<double, double> x) =>
        AddClipped(highway, name, Enumerable.Range(-56, 113).Select(i => new Spot(x(i * 40), i * 40)));

    private void Quay(string name, Polyline bank, double meters) =>
        AddClipped("secondary", name, bank.Beside(meters).Spots.Where(s => s.Y < 990));

    private void AddClipped(string highway, string name, IEnumerable<Spot> spots, bool frontage = false)
    {
        var run = new List<Spot>();
        foreach (var spot in Refine(spots))
        {
            if (shape.Inland(spot) > ShoreRoadMeters - OverrunMeters && !shape.Park.Encloses(spot)) run.Add(spot);
            else End();
        }

        End();

        void End()
        {
            if (run.Count > 6) _main.Add(new(highway, name, Thin(run, 4)) { IsFrontage = frontage });
            run.Clear();
        }
    }

    private void DrawMotorway(Func<double, double> western, Func<double, double> eastern)
    {
        var middle = Enumerable.Range(-70, 141).Select(i => new Spot(i * 40, -880 + (90 * Curves.Wave((i * 40 / 5200.0) + 0.1))))
            .Where(s => shape.Inland(s) > ShoreRoadMeters + 190).ToList();
        _motorway = new NearIndex([middle], MotorwayGapMeters + 1);
        var axis = new Polyline(middle);
        // Driving on the right: the eastbound carriageway is the southern one.
        var eastbound = axis.Beside(-13).Spots;
        var westbound = axis.Beside(13).Spots.Reverse().ToList();
        _main.Add(new("motorway", "M1", eastbound) { OneWay = true });
        _main.Add(new("motorway", "M1", westbound) { OneWay = true });
        foreach (var carriageway in new[] { eastbound, westbound })
        {
            // Both ends run out into the shore road, as ramps.
            Ramp([Before(carriageway[0], carriageway[1], 360), carriageway[0]]);
            Ramp([carriageway[^1], Before(carriageway[^1], carriageway[^2], 360)]);
            foreach (var crossing in new[] { western, eastern }) Interchange(carriageway, crossing);
        }

        foreach (var side in new[] { 84.0, -84.0 })
        {
            AddClipped("tertiary", side > 0 ? "North Parkway" : "South Parkway", Longer(axis.Beside(side).Spots, 320), frontage: true);
        }
    }

    private static List<Spot> Longer(IReadOnlyList<Spot> spots, double meters) =>
        [Before(spots[0], spots[1], meters), .. spots, Before(spots[^1], spots[^2], meters)];

    private static Spot Before(Spot first, Spot second, double meters) => first - ((second - first).Unit * meters);

    // An exit before the crossing road and an entry after it, both on the outside of the carriageway.
    private void Interchange(IReadOnlyList<Spot> carriageway, Func<double, double> crossingX)
    {
        var at = 0;
        for (var i = 1; i < carriageway.Count; i++)
        {
            if (Math.Abs(carriageway[i].X - crossingX(carriageway[i].Y)) < Math.Abs(carriageway[at].X - crossingX(carriageway[at].Y))) at = i;
        }

        var outward = (carriageway[at + 1] - carriageway[at]).Unit.Left * -30;
        var meeting = new Spot(crossingX(carriageway[at].Y + outward.Y), carriageway[at].Y + outward.Y);
        var (exit, entry) = (carriageway[at - 5], carriageway[at + 5]);
        Ramp([exit, exit + ((carriageway[at - 3] - exit) * 0.9) + (outward * 0.75), Before(meeting, carriageway[at - 1] + outward, OverrunMeters)]);
        Ramp([Before(meeting, carriageway[at + 1] + outward, OverrunMeters), entry + ((carriageway[at + 3] - entry) * 0.9) + (outward * 0.75), entry]);
    }

    private void Ramp(IReadOnlyList<Spot> spots) => _main.Add(new("motorway_link", "M1", spots) { OneWay = true });

    private void DrawGrid(List<StreetLine> lines, Spot along, double depth, double width, Func<Spot, bool> isInside)
    {
        DrawFamily(lines, along, depth, isInside, "Street");
        DrawFamily(lines, along.Left, width, isInside, "Lane");
    }

    private void DrawFamily(List<StreetLine> lines, Spot along, double spacing, Func<Spot, bool> isInside, string ending)
    {
        var across = along.Left;
        var number = 0;
        for (var offset = -3400.0; offset < 3400; offset += spacing * random.Between(0.88, 1.12))
        {
            var (phase, sway) = (random.NextDouble(), random.Between(2, 11));
            var run = new List<Spot>();
            var highway = number % 5 == 2 ? "tertiary" : "residential";
            var flow = number % 2 == 0;
            var oneWayChance = random.NextDouble();
            string? name = null;
            for (var t = -3400.0; t < 3400; t += 10)
            {
                var spot = (along * t) + (across * (offset + (sway * Curves.Wave((t / 900) + phase))));
                if (isInside(spot) && IsBuildable(spot, along)) run.Add(spot);
                else End();
            }

            End();
            number++;

            void End()
            {
                if (run.Count > 9)
                {
                    name ??= _names.Next(highway == "tertiary" ? "Road" : ending);
                    var centre = run[run.Count / 2].Length;
                    var oneWay = highway == "residential" && oneWayChance < (centre < 1400 ? 0.6 : 0.12);
                    var spots = Thin(run, 5);
                    lines.Add(new(highway, name, oneWay && flow ? [.. spots.Reverse()] : spots) { OneWay = oneWay });
                }

                run.Clear();
            }
        }
    }

    private bool IsBuildable(Spot spot, Spot along)
    {
        if (shape.Inland(spot) < ShoreRoadMeters - OverrunMeters || shape.Park.Encloses(spot)) return false;
        if (shape.FromRiver(spot) < TownShape.HalfWidth(spot) + 26 - OverrunMeters) return false;
        if (_motorway.MetersTo(spot) < MotorwayGapMeters) return false;
        // No street beside a main road, running the same way.
        foreach (var (a, b) in _mainRoads.Near(spot))
        {
            if (Math.Abs(Spot.Cross((b - a).Unit, along)) < 0.5 && Polyline.MetersToSegment(spot, a, b) < ParallelMeters) return false;
        }

        return true;
    }

    // Spots every 10 m, so that a clipped line ends within 10 m of where it should.
    private static IEnumerable<Spot> Refine(IEnumerable<Spot> spots)
    {
        Spot? last = null;
        foreach (var spot in spots)
        {
            if (last is { } from)
            {
                var steps = Math.Max(1, (int)(from.MetersTo(spot) / 10));
                for (var i = 1; i <= steps; i++) yield return from + ((spot - from) * ((double)i / steps));
            }
            else
            {
                yield return spot;
            }

            last = spot;
        }
    }

    private static IReadOnlyList<Spot> Thin(IReadOnlyList<Spot> spots, int every) => [.. spots.Where((_, i) => i % every == 0 || i == spots.Count - 1)];
}

namespace RideTracker.Fleet.Planning;

/// <summary>Draws the town's streets as lines: main roads first, then a grid for each quarter between them.</summary>
internal sealed class TownPlan(TownShape shape, SeededRandom random)
{
    // Metres that the shore road keeps from the sea, and the stub by which lines run over it so that they surely cross it.
    private const double ShoreRoadMeters = 110;
    private const double OverrunMeters = 16;
    private const double MotorwayGapMeters = 70;
    private const double ParallelMeters = 48;
    private const double ParallelParkMeters = 24;

    private readonly TownNames _names = new(random);
    private readonly List<StreetLine> _main = [];
    private NearIndex _mainRoads = new([], 0);
    private NearIndex _parkLoops = new([], 0);
    private NearIndex _motorway = new([], 0);

    /// <summary>Both carriageways of the motorway, each in its driving direction.</summary>
    public IReadOnlyList<IReadOnlyList<Spot>> Carriageways { get; private set; } = [];

    /// <summary>All lines, the important ones first.</summary>
    public List<StreetLine> Draw()
    {
        DrawMainRoads();
        var loops = shape.Parks.Select(p => p.Loop).OfType<IReadOnlyList<Spot>>().ToHashSet();
        _mainRoads = new NearIndex(_main.Select(m => m.Spots).Where(s => !loops.Contains(s)), ParallelMeters);
        _parkLoops = new NearIndex(loops, ParallelParkMeters);
        var lines = new List<StreetLine>(_main);
        foreach (var quarter in TownQuarters.Of(shape)) DrawGrid(lines, quarter);
        return lines;
    }

    private void DrawMainRoads()
    {
        Across("primary", "Grand Avenue", MainRoads.GrandY);
        Across("primary", "Northern Avenue", MainRoads.NorthY);
        Across("secondary", "Harbour Avenue", MainRoads.HarbourY);
        Upward("primary", "Western Avenue", MainRoads.WesternX);
        Upward("primary", "Eastern Avenue", MainRoads.EasternX);
        Upward("secondary", "Station Road", MainRoads.StationX);
        Upward("secondary", "College Road", MainRoads.CollegeX);
        // Older than the grid: from the western market straight down to the ferries.
        AddClipped("primary", "Market Street", Curves.Through([new(-1325, -203), new(-980, -520), new(-420, -1060), new(-60, -1540), new(60, -1830)], 12));
        List<Spot> round = [.. new Polyline(shape.Edge.Spots).Beside(ShoreRoadMeters).Spots.SkipLast(1)];
        _main.Add(new("secondary", "Shore Drive", [.. round, round[0]]) { NameAt = NameOfRing });
        foreach (var park in shape.Parks)
        {
            if (park.Loop is { } loop) _main.Add(new("tertiary", park.LoopName, loop) { IsFrontage = true });
        }

        Quay("Maren Quay East", shape.RiverBanks.Left, 26);
        Quay("Maren Quay West", shape.RiverBanks.Right, -26);
        DrawMotorway(MainRoads.WesternX, MainRoads.EasternX);
    }

    private string NameOfRing(Spot at) => shape.TurnOf(at) switch
    {
        >= TownShape.CountryBegins and < TownShape.CountryEnds => "Ring Road",
        >= TownShape.HarbourBegins and < TownShape.HarbourEnds => "Esplanade",
        _ => "Shore Drive",
    };

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
            if (shape.Inside(spot) > ShoreRoadMeters - OverrunMeters && !shape.IsPark(spot)) run.Add(spot);
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
        var middle = Enumerable.Range(-70, 141).Select(i => new Spot(i * 40, MainRoads.MotorwayY(i * 40)))
            .Where(s => shape.Inside(s) > ShoreRoadMeters + 190).ToList();
        _motorway = new NearIndex([middle], MotorwayGapMeters + 1);
        var axis = new Polyline(middle);
        // Driving on the right: the eastbound carriageway is the southern one.
        var eastbound = axis.Beside(-13).Spots;
        var westbound = axis.Beside(13).Spots.Reverse().ToList();
        Carriageways = [eastbound, westbound];
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

    private void DrawGrid(List<StreetLine> lines, TownQuarter quarter)
    {
        DrawFamily(lines, quarter, quarter.Along, quarter.DepthMeters, crossStreets: false);
        DrawFamily(lines, quarter, quarter.Along.Left, quarter.WidthMeters, crossStreets: true);
    }

    private void DrawFamily(List<StreetLine> lines, TownQuarter quarter, Spot along, double spacing, bool crossStreets)
    {
        var across = along.Left;
        var number = 0;
        var counted = 0;
        var hillPhase = random.NextDouble();
        for (var offset = -3400.0; offset < 3400; offset += spacing * random.Between(1 - quarter.Uneven, 1 + quarter.Uneven))
        {
            var (phase, sway) = (random.NextDouble(), random.Between(0.2, 1) * quarter.SwayMeters);
            // Streets of a hill swing side by side, and less from one to the next.
            if (quarter.IsHill) (phase, sway) = (hillPhase + (offset / 9000), quarter.SwayMeters);
            var run = new List<Spot>();
            var highway = number % 5 == 2 ? "tertiary" : "residential";
            var flow = number % 2 == 0;
            var oneWayChance = random.NextDouble();
            string? name = null;
            for (var t = -3400.0; t < 3400; t += 10)
            {
                var spot = (along * t) + (across * (offset + (sway * Curves.Wave((t / 900) + phase))));
                if (quarter.Holds(spot) && IsBuildable(spot, along)) run.Add(spot);
                else End();
            }

            End();
            number++;

            void End()
            {
                if (run.Count > 9)
                {
                    name ??= quarter.Numbered && crossStreets ? TownNames.Ordinal(++counted) : _names.Next(highway == "tertiary", crossStreets, run.Count * 10);
                    var oneWay = highway == "residential" && oneWayChance < quarter.OneWayChance;
                    var spots = Thin(run, 5);
                    lines.Add(new(highway, name, oneWay && flow ? [.. spots.Reverse()] : spots) { OneWay = oneWay });
                }

                run.Clear();
            }
        }
    }

    private bool IsBuildable(Spot spot, Spot along)
    {
        if (shape.Inside(spot) < ShoreRoadMeters - OverrunMeters || shape.IsPark(spot)) return false;
        if (shape.FromRiver(spot) < TownShape.HalfWidth(spot) + 26 - OverrunMeters) return false;
        if (_motorway.MetersTo(spot) < MotorwayGapMeters) return false;
        return !RunsBeside(_mainRoads, ParallelMeters, spot, along) && !RunsBeside(_parkLoops, ParallelParkMeters, spot, along);
    }

    // No street beside a main road, running the same way.
    private static bool RunsBeside(NearIndex roads, double meters, Spot spot, Spot along)
    {
        foreach (var (a, b) in roads.Near(spot))
        {
            if (Math.Abs(Spot.Cross((b - a).Unit, along)) < 0.5 && Polyline.MetersToSegment(spot, a, b) < meters) return true;
        }

        return false;
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

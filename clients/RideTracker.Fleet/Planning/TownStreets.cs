using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Planning;

/// <summary>Makes the final streets of the pieces: leaves gaps, keeps what is connected, joins pieces of one street to one line.</summary>
internal static class TownStreets
{
    private const double GapChance = 0.09;

    /// <summary>The pieces that the town has.</summary>
    public static List<CrossingMaker.Piece> Keep(List<CrossingMaker.Piece> pieces, SeededRandom random)
    {
        // Some blocks are larger than others: without gaps a town looks like squared paper.
        pieces = [.. pieces.Where(p => !(p is { Street.Highway: "residential", OneWay: false } && random.Chance(GapChance)))];
        return Connected(pieces);
    }

    // Pieces that one can drive to, and from there to everywhere. A one-way street that leads nowhere becomes a two-way one first.
    private static List<CrossingMaker.Piece> Connected(List<CrossingMaker.Piece> pieces)
    {
        var keep = Largest(pieces);
        var opened = new List<CrossingMaker.Piece>(pieces.Count);
        for (var i = 0; i < pieces.Count; i++)
        {
            var street = pieces[i].Street;
            opened.Add(keep[i] || street.IsRaised || street.IsRamp ? pieces[i] : pieces[i] with { OneWay = false });
        }

        keep = Largest(opened);
        return [.. opened.Where((_, i) => keep[i])];
    }

    private static bool[] Largest(List<CrossingMaker.Piece> pieces)
    {
        var numbers = new Dictionary<Spot, int>();
        var arcs = new List<(int, int)>();
        foreach (var piece in pieces)
        {
            var (from, to) = (Number(piece.From), Number(piece.To));
            arcs.Add((from, to));
            if (!piece.OneWay) arcs.Add((to, from));
        }

        var keep = StrongComponents.Largest(numbers.Count, arcs);
        return [.. pieces.Select(p => keep[numbers[p.From]] && keep[numbers[p.To]])];

        int Number(Spot spot)
        {
            if (!numbers.TryGetValue(spot, out var number)) numbers.Add(spot, number = numbers.Count);
            return number;
        }
    }

    /// <summary>The pieces as streets: those of one name and direction that follow each other are one line.</summary>
    public static List<Street> Join(List<CrossingMaker.Piece> pieces)
    {
        var streets = new List<Street>();
        var points = new List<Spot>();
        StreetLine? current = null;
        var name = "";
        var oneWay = false;
        foreach (var piece in pieces)
        {
            var pieceName = piece.Street.NameAt?.Invoke(piece.Spots[piece.Spots.Count / 2]) ?? piece.Street.Name;
            if (piece.Street != current || pieceName != name || piece.OneWay != oneWay || points[^1] != piece.From)
            {
                End();
                (current, name, oneWay) = (piece.Street, pieceName, piece.OneWay);
                points.Add(piece.From);
            }

            points.AddRange(piece.Spots.Skip(1));
        }

        End();
        return streets;

        void End()
        {
            if (current is not null)
            {
                streets.Add(new Street
                {
                    Highway = current.Highway,
                    Name = name,
                    OneWay = oneWay,
                    MaxSpeedKmh = current.SpeedKmh,
                    Points = [.. points.Select(p => p.ToGeo())],
                });
            }

            points.Clear();
        }
    }
}

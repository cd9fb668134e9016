using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace RideTracker.Records.Geofences.Shapes;

/// <summary>
/// The edges of an area's rings with boxes round each eight neighbours, round each eight such boxes, and so on: what lies near a place, or on a way,
/// is found without looking at the rest and without allocating. Unit: that of the coordinates.
/// </summary>
internal sealed class BorderTree
{
    private const int Fan = 8;

    private readonly double[] _fromX, _fromY, _toX, _toY;

    // In one piece, the root first: what is asked of ten thousand geofences in turn is seldom in the processor's cache. Level 0 is round edges.
    private readonly Box[] _boxes;
    private readonly int[] _starts;

    public BorderTree(Geometry area)
    {
        List<double> fromX = [], fromY = [], toX = [], toY = [];
        foreach (var line in LinearComponentExtracter.GetLines(area).Cast<LineString>())
        {
            var points = line.CoordinateSequence;
            for (var i = 1; i < points.Count; i++)
            {
                fromX.Add(points.GetX(i - 1));
                fromY.Add(points.GetY(i - 1));
                toX.Add(points.GetX(i));
                toY.Add(points.GetY(i));
            }
        }

        (_fromX, _fromY, _toX, _toY) = ([.. fromX], [.. fromY], [.. toX], [.. toY]);
        var below = new Box[_fromX.Length];
        for (var i = 0; i < below.Length; i++) below[i] = Box.Round(_fromX[i], _fromY[i], _toX[i], _toY[i]);
        List<Box[]> levels = [];
        do
        {
            below = [.. below.Chunk(Fan).Select(boxes => boxes.Aggregate((one, other) => one.With(other)))];
            levels.Add(below);
        }
        while (below.Length > 1);
        _boxes = [.. Enumerable.Reverse(levels).SelectMany(boxes => boxes)];
        // Where each level begins, and last the number of levels.
        _starts = new int[levels.Count + 1];
        for (var level = levels.Count - 1; level >= 0; level--) _starts[level] = level == levels.Count - 1 ? 0 : _starts[level + 1] + levels[level + 1].Length;
        _starts[levels.Count] = levels.Count;
    }

    private int Top => _starts[^1] - 1;

    /// <summary>Distance from a place to the nearest edge, or <paramref name="most"/> if all are farther.</summary>
    public double Distance(double x, double y, double most)
    {
        var nearest = most * most;
        Nearest(Top, 0, x, y, ref nearest);
        return Math.Sqrt(nearest);
    }

    /// <summary>Whether the box round a way, wider by <paramref name="by"/>, touches that round an edge. If not, nothing of the border is on the way or within that distance.</summary>
    public bool IsNear(double fromX, double fromY, double toX, double toY, double by)
    {
        var way = Box.Round(fromX, fromY, toX, toY);
        return IsNear(Top, 0, new Box(way.MinX - by, way.MinY - by, way.MaxX + by, way.MaxY + by));
    }

    /// <summary>Adds the shares of a way at which it cuts edges. A vertex on the way counts with one of its two edges where the border passes to the other side there, else with both or none.</summary>
    public void Cut(double fromX, double fromY, double toX, double toY, List<double> shares) =>
        Cut(Top, 0, Box.Round(fromX, fromY, toX, toY), fromX, fromY, toX - fromX, toY - fromY, shares);

    private bool IsNear(int level, int index, in Box way)
    {
        if (!_boxes[_starts[level] + index].Touches(way)) return false;
        var end = Math.Min((index + 1) * Fan, Count(level - 1));
        for (var i = index * Fan; i < end; i++)
        {
            if (level > 0 ? IsNear(level - 1, i, way) : Box.Round(_fromX[i], _fromY[i], _toX[i], _toY[i]).Touches(way)) return true;
        }

        return false;
    }

    private void Nearest(int level, int index, double x, double y, ref double nearest)
    {
        if (_boxes[_starts[level] + index].DistanceSquared(x, y) >= nearest) return;
        var end = Math.Min((index + 1) * Fan, Count(level - 1));
        for (var i = index * Fan; i < end; i++)
        {
            if (level > 0) Nearest(level - 1, i, x, y, ref nearest);
            else nearest = Math.Min(nearest, EdgeDistanceSquared(i, x, y));
        }
    }

    private void Cut(int level, int index, in Box way, double x, double y, double dx, double dy, List<double> shares)
    {
        if (!_boxes[_starts[level] + index].Touches(way)) return;
        var end = Math.Min((index + 1) * Fan, Count(level - 1));
        for (var i = index * Fan; i < end; i++)
        {
            if (level > 0) Cut(level - 1, i, way, x, y, dx, dy, shares);
            else CutEdge(i, x, y, dx, dy, shares);
        }
    }

    // How many boxes a level has; below the boxes, edges.
    private int Count(int level) => level < 0 ? _fromX.Length : (level == 0 ? _boxes.Length : _starts[level - 1]) - _starts[level];

    private void CutEdge(int i, double x, double y, double dx, double dy, List<double> shares)
    {
        // On which side of the way each end lies; on it counts as right of it, for both edges that share the vertex.
        var fromSide = dx * (_fromY[i] - y) - dy * (_fromX[i] - x);
        var toSide = dx * (_toY[i] - y) - dy * (_toX[i] - x);
        if (fromSide > 0 == toSide > 0) return;
        double edgeX = _toX[i] - _fromX[i], edgeY = _toY[i] - _fromY[i];
        var share = ((_fromX[i] - x) * edgeY - (_fromY[i] - y) * edgeX) / (dx * edgeY - dy * edgeX);
        if (share is > 0 and <= 1) shares.Add(share);
    }

    private double EdgeDistanceSquared(int i, double x, double y)
    {
        double edgeX = _toX[i] - _fromX[i], edgeY = _toY[i] - _fromY[i];
        var length = edgeX * edgeX + edgeY * edgeY;
        var share = length == 0 ? 0 : Math.Clamp(((x - _fromX[i]) * edgeX + (y - _fromY[i]) * edgeY) / length, 0, 1);
        double offX = x - _fromX[i] - share * edgeX, offY = y - _fromY[i] - share * edgeY;
        return offX * offX + offY * offY;
    }

    private readonly record struct Box(double MinX, double MinY, double MaxX, double MaxY)
    {
        public static Box Round(double x1, double y1, double x2, double y2) => new(Math.Min(x1, x2), Math.Min(y1, y2), Math.Max(x1, x2), Math.Max(y1, y2));

        public Box With(in Box other) => new(Math.Min(MinX, other.MinX), Math.Min(MinY, other.MinY), Math.Max(MaxX, other.MaxX), Math.Max(MaxY, other.MaxY));

        public bool Touches(in Box other) => MinX <= other.MaxX && MaxX >= other.MinX && MinY <= other.MaxY && MaxY >= other.MinY;

        public double DistanceSquared(double x, double y)
        {
            double dx = Math.Max(0, Math.Max(MinX - x, x - MaxX)), dy = Math.Max(0, Math.Max(MinY - y, y - MaxY));
            return dx * dx + dy * dy;
        }
    }
}

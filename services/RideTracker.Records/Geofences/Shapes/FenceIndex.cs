using System.Collections.Frozen;
using NetTopologySuite.Geometries;
using NetTopologySuite.Index;
using NetTopologySuite.Index.HPRtree;

namespace RideTracker.Records.Geofences.Shapes;

/// <summary>All geofences, so that those near a place are found without looking at the others. Never changes: another set is another index.</summary>
public sealed class FenceIndex
{
    // A huge fence is entered by the cells that it touches, not by its box: most of the box round a coast or a motorway is not of it.
    private const int HugeVertices = 256;
    private const int MaxDepth = 5;

    private readonly FrozenDictionary<string, Fence> _byId;
    private readonly HPRtree<Fence>? _tree;

    /// <summary>Builds the index.</summary>
    /// <param name="version">The version of the set.</param>
    /// <param name="fences">Each once.</param>
    public FenceIndex(long version, IEnumerable<Fence> fences)
    {
        Version = version;
        Calm = new CalmCells(this);
        _byId = fences.ToFrozenDictionary(fence => fence.Id, StringComparer.Ordinal);
        // A tree of nothing can't be asked from two threads: it is built at the first question.
        if (_byId.Count == 0) return;
        // Small nodes: their items are objects of their own, and those of ten thousand geofences are seldom in the processor's cache.
        _tree = new HPRtree<Fence>(4);
        foreach (var fence in _byId.Values) Enter(fence);
        _tree.Build();
    }

    /// <summary>No geofence at all.</summary>
    public static FenceIndex Empty { get; } = new(0, []);

    /// <summary>The version of the set of geofences that this is.</summary>
    public long Version { get; }

    /// <summary>Where nothing can be crossed.</summary>
    internal CalmCells Calm { get; }

    public int Count => _byId.Count;

    public IEnumerable<Fence> All => _byId.Values;

    /// <summary>The fence with an id; null if there is none.</summary>
    public Fence? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Finds the fences that may touch a box of degrees, each once: all that do, and few others.</summary>
    public void Near(Envelope box, List<Fence> found)
    {
        found.Clear();
        _tree?.Query(box, new Finder(found));
    }

    private void Enter(Fence fence)
    {
        if (fence.Shape.Vertices <= HugeVertices) _tree!.Insert(fence.Shape.Bounds, fence);
        else Enter(fence, fence.Shape.Bounds, MaxDepth);
    }

    private void Enter(Fence fence, Envelope cell, int depth)
    {
        var (any, all) = fence.Shape.In(cell);
        if (!any) return;
        if (all || depth == 0)
        {
            _tree!.Insert(cell, fence);
            return;
        }

        var middle = cell.Centre;
        Enter(fence, new Envelope(cell.MinX, middle.X, cell.MinY, middle.Y), depth - 1);
        Enter(fence, new Envelope(middle.X, cell.MaxX, cell.MinY, middle.Y), depth - 1);
        Enter(fence, new Envelope(cell.MinX, middle.X, middle.Y, cell.MaxY), depth - 1);
        Enter(fence, new Envelope(middle.X, cell.MaxX, middle.Y, cell.MaxY), depth - 1);
    }

    private sealed class Finder(List<Fence> found) : IItemVisitor<Fence>
    {
        public void VisitItem(Fence item)
        {
            // Few at a place: looking through them is cheaper than a set.
            foreach (var fence in found)
            {
                if (ReferenceEquals(fence, item)) return;
            }

            found.Add(item);
        }
    }
}

namespace RideTracker.Protocol.Streets;

/// <summary>Finds the largest part of a directed graph in which every node can be reached from every other.</summary>
public static class StrongComponents
{
    /// <summary>Marks the nodes of the largest strongly connected part.</summary>
    /// <param name="nodeCount">Nodes are numbered 0 to this.</param>
    /// <param name="arcs">Directed arcs between nodes.</param>
    public static bool[] Largest(int nodeCount, IReadOnlyList<(int From, int To)> arcs)
    {
        // Kosaraju's two passes, without recursion: a town's graph is deeper than a stack likes.
        var forward = Adjacency(nodeCount, arcs, reverse: false);
        var backward = Adjacency(nodeCount, arcs, reverse: true);
        var order = new List<int>(nodeCount);
        var seen = new bool[nodeCount];
        var stack = new Stack<(int Node, int Next)>();
        for (var start = 0; start < nodeCount; start++)
        {
            if (seen[start])
            {
                continue;
            }

            seen[start] = true;
            stack.Push((start, 0));
            while (stack.TryPop(out var top))
            {
                var (node, next) = top;
                if (next == forward[node].Count)
                {
                    order.Add(node);
                    continue;
                }

                stack.Push((node, next + 1));
                var neighbour = forward[node][next];
                if (!seen[neighbour])
                {
                    seen[neighbour] = true;
                    stack.Push((neighbour, 0));
                }
            }
        }

        var component = new int[nodeCount];
        Array.Fill(component, -1);
        var sizes = new List<int>();
        var pending = new Stack<int>();
        for (var i = order.Count - 1; i >= 0; i--)
        {
            if (component[order[i]] >= 0)
            {
                continue;
            }

            var id = sizes.Count;
            sizes.Add(0);
            component[order[i]] = id;
            pending.Push(order[i]);
            while (pending.TryPop(out var node))
            {
                sizes[id]++;
                foreach (var neighbour in backward[node])
                {
                    if (component[neighbour] < 0)
                    {
                        component[neighbour] = id;
                        pending.Push(neighbour);
                    }
                }
            }
        }

        var largest = sizes.Count == 0 ? -1 : sizes.IndexOf(sizes.Max());
        return Array.ConvertAll(component, c => c == largest);
    }

    private static List<int>[] Adjacency(int nodeCount, IReadOnlyList<(int From, int To)> arcs, bool reverse)
    {
        var lists = new List<int>[nodeCount];
        for (var i = 0; i < nodeCount; i++)
        {
            lists[i] = [];
        }

        foreach (var (from, to) in arcs)
        {
            lists[reverse ? to : from].Add(reverse ? from : to);
        }

        return lists;
    }
}

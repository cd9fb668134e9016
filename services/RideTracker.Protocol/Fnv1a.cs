namespace RideTracker.Protocol;

/// <summary>FNV-1a, 32 bit (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv): the same number for a name on every node, unlike the framework's.</summary>
public static class Fnv1a
{
    public static uint Hash(string name)
    {
        var hash = 2166136261u;
        foreach (var c in name) hash = (hash ^ c) * 16777619u;
        return hash;
    }
}

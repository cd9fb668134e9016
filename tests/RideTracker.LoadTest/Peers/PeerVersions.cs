using System.Reflection;

namespace RideTracker.LoadTest.Peers;

/// <summary>Says which version of a library this program runs with.</summary>
internal static class PeerVersions
{
    /// <summary>The version of the package that a type comes from, without the commit.</summary>
    public static string Of(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? type.Assembly.GetName().Version!.ToString();
}

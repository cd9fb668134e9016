namespace RideTracker.Protocol.Hub;

/// <summary>A Lua script kept as an embedded file, by name and text.</summary>
public sealed record HubScript(string Name, string Text)
{
    /// <summary>Loads the script that lies beside a type: <c>NAME.lua</c> in the type's folder, embedded in its assembly.</summary>
    /// <exception cref="InvalidOperationException">There is no such resource: a build error.</exception>
    public static HubScript Beside(Type type, string name)
    {
        using var stream = type.Assembly.GetManifestResourceStream($"{type.Namespace}.{name}.lua")
            ?? throw new InvalidOperationException($"Script {type.Namespace}.{name}.lua is not embedded in {type.Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return new HubScript(name, reader.ReadToEnd());
    }
}

/// <summary>Runs scripts on the hub. The projection's writers (Records, the demo) bring their own connection to it.</summary>
public interface IHubScripts
{
    /// <summary>The number of partitions stored in the hub.</summary>
    int Partitions { get; }

    /// <summary>Runs a script that answers with one number.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken);
}

/// <summary>The hub can't be reached now; it will pass.</summary>
public sealed class HubUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

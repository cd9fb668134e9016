namespace RideTracker.Client;

/// <summary>Settings of a <see cref="RiderConnection{TState}"/>.</summary>
public sealed record RiderConnectionOptions
{
    /// <summary>The server's base address, such as <c>http://localhost:8080</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Further nodes of the same RideTracker, where no edge stands before them: tried in turn when the one in use is away or drains. The cursor holds on all.</summary>
    public IReadOnlyList<Uri> OtherServers { get; init; } = [];

    /// <summary>Gives the token. Called before each connect and each poll, so it should keep one and answer at once; see <see cref="RiderTokenRequest.Refused"/>.</summary>
    public required Func<RiderTokenRequest, CancellationToken, ValueTask<string>> Token { get; init; }

    /// <summary>Pins one strategy; null takes the best that works.</summary>
    public RiderStrategy? Strategy { get; init; }

    /// <summary>Where to go on, such as after a restart of the app: <see cref="RiderConnection{TState}.Cursor"/> of the connection before. Null: with the present state.</summary>
    public string? Cursor { get; init; }

    /// <summary>The first wait after a failure is random up to this; it doubles with each further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait of our own is longer than this. One that the server names is kept to, however long.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that takes longer to open has failed.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a poll works before a stream is tried again; doubles with each try in vain.</summary>
    public TimeSpan ClimbAfter { get; init; } = TimeSpan.FromSeconds(60);

    internal void Validate()
    {
        if (OtherServers.Prepend(Server).Any(server => !server.IsAbsoluteUri || server.Scheme is not ("http" or "https")))
            throw Wrong(nameof(Server), "and OtherServers must be absolute http or https addresses");
        if (Strategy is { } strategy && !Enum.IsDefined(strategy)) throw Wrong(nameof(Strategy), "is none of the four");
        if (FirstBackoff <= TimeSpan.Zero || LongestBackoff < FirstBackoff) throw Wrong(nameof(FirstBackoff), "must be above zero and at most LongestBackoff");
        if (OpenTimeout <= TimeSpan.Zero || ClimbAfter <= TimeSpan.Zero) throw Wrong(nameof(OpenTimeout), "and ClimbAfter must be above zero");
    }

    private static ArgumentException Wrong(string name, string what) => new($"{nameof(RiderConnectionOptions)}.{name} {what}.", name);
}

/// <summary>What a rider's token is asked for.</summary>
/// <param name="Refused">The last one ran out or was refused: answer with another. The same again, or a second refusal in a row, ends the watch.</param>
public readonly record struct RiderTokenRequest(bool Refused);

namespace RideTracker.Client.Watching;

/// <summary>Makes of the server's messages what the caller gets.</summary>
internal interface IFold<TState>
    where TState : class
{
    /// <summary>Takes a message; null where it says nothing new.</summary>
    /// <param name="cursor">The message's name.</param>
    /// <exception cref="System.Text.Json.JsonException">It is no state.</exception>
    TState? Accept(ReadOnlySpan<byte> json, out string cursor);

    /// <summary>A newer state that takes the place of one that a slow reader has not taken.</summary>
    TState Replace(TState waiting, TState newer);
}

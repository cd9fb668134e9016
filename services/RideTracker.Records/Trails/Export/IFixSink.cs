namespace RideTracker.Records.Trails.Export;

/// <summary>Takes the fixes of a trail one after the other, oldest first.</summary>
internal interface IFixSink
{
    /// <summary>Takes the next fix.</summary>
    /// <param name="fix">Later than the one before.</param>
    /// <param name="startsRun">Whether it begins a new run: the phone was silent before it, and the way from the last fix is not known.</param>
    void Take(TrailFix fix, bool startsRun);

    /// <summary>There are no more.</summary>
    void End();
}

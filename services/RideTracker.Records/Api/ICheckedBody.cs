namespace RideTracker.Records.Api;

/// <summary>A request body that knows its own rules. Members are nullable: what is missing is an error by its name, not a default.</summary>
public interface ICheckedBody
{
    /// <summary>Most bytes of such a body.</summary>
    static virtual int MaxBytes => 65_536;

    /// <summary>Notes all that is wrong.</summary>
    void Check(FieldErrors errors);
}

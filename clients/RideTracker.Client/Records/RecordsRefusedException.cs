using System.Net;

namespace RideTracker.Client.Records;

/// <summary>Records refused a command: the same one again will be refused again.</summary>
/// <param name="status">The HTTP status, such as 409 for a move that the trip's status does not allow.</param>
/// <param name="type">The problem's stable type, such as <c>/problems/illegal-move</c>; empty if there was none.</param>
/// <param name="detail">What was wrong, for a person.</param>
public sealed class RecordsRefusedException(HttpStatusCode status, string type, string detail) : Exception($"Records refused it ({(int)status}): {detail}")
{
    public HttpStatusCode Status => status;

    public string Type => type;
}

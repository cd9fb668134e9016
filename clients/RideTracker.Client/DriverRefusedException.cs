using System.Net;

namespace RideTracker.Client;

/// <summary>The server refused the driver's token: no use to try again with it.</summary>
public sealed class DriverRefusedException : Exception
{
    public DriverRefusedException(HttpStatusCode status, string? detail = null)
        : base(Explain(status, detail)) => Status = status;

    /// <summary>401: no or bad token. 403: the wrong role or driver.</summary>
    public HttpStatusCode Status { get; }

    private static string Explain(HttpStatusCode status, string? detail)
    {
        var what = status == HttpStatusCode.Forbidden ? "The token is valid but may not report for this driver" : "The server does not accept the token";
        return detail is null ? $"{what} ({(int)status})." : $"{what} ({(int)status}): {detail}";
    }
}

using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Drivers;

/// <summary><c>/v1/drivers</c>: registers drivers, and takes them off duty.</summary>
public static class DriversApi
{
    public static RouteGroupBuilder MapDriversApi(this RouteGroupBuilder group)
    {
        var drivers = group.MapGroup("/drivers").WithTags("drivers");
        drivers.MapPut("/{id}", PutAsync).RequireAuthorization(AccessPolicies.Staff).WithName("putDriver")
            .WithSummary("Registers a driver, or changes what is known of one. Trips keep what their riders see from the assignment.")
            .Produces<DriverView>().Produces<DriverView>(StatusCodes.Status201Created).WithProblems(401, 403, 413, 415)
            .WithExample("""{"name":"Ann Miller","vehicle":"Blue Toyota Prius","plate":"7ABC123"}""");
        drivers.MapGet("/{id}", GetAsync).RequireAuthorization(AccessPolicies.Staff).WithName("getDriver").WithSummary("A driver.")
            .Produces<DriverView>().WithProblems(401, 403, 404);
        drivers.MapDelete("/{id}", DeleteAsync).RequireAuthorization(AccessPolicies.Staff).WithName("deleteDriver").WithSummary("Forgets a driver who is on no trip.")
            .Produces(StatusCodes.Status204NoContent).WithProblems(401, 403, 404, 409);
        drivers.MapGet("", ListAsync).RequireAuthorization(AccessPolicies.Staff).WithName("listDrivers").WithSummary("Lists drivers, by id.")
            .Produces<Page<DriverView>>().WithProblems(400, 401, 403);
        drivers.MapPost("/{id}/duty", DutyAsync)
            .RequireAuthorization(policy => policy.RequireRole(Role.Service.ToWire(), Role.Dispatcher.ToWire(), Role.Driver.ToWire())).WithName("setDuty")
            .WithSummary("Takes a driver off duty or on again; a driver may do it for itself. Off duty nothing is recorded or shown.")
            .Produces<DutyView>().WithProblems(401, 403, 404, 409, 413, 415).WithExample("""{"on":true}""");
        return group;
    }

    private static async Task<IResult> PutAsync(string id, JsonBody<DriverBody> body, DriverDesk desk, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        return TryRead(id, out var driver, out var bad) ? await desk.PutAsync(driver, body.Value, cancellationToken) : bad;
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        if (!DriverId.TryParse(id, out _)) return DriverDesk.Unknown(id);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await DriverQueries.FindAsync(db, id, cancellationToken) is { } driver ? ApiAnswer.Of(driver) : DriverDesk.Unknown(id);
    }

    private static async Task<IResult> DeleteAsync(string id, DriverDesk desk, CancellationToken cancellationToken) =>
        DriverId.TryParse(id, out var driver) ? await desk.DeleteAsync(driver, cancellationToken) : DriverDesk.Unknown(id);

    private static async Task<IResult> DutyAsync(string id, HttpContext context, JsonBody<DutyBody> body, DriverDesk desk, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        // Not a word about others, not even whether they exist.
        if (caller.Role == Role.Driver && caller.Subject != id) return Problems.Forbidden.Result("A driver's duty is its own to set, and staff's.");
        if (body.Wrong is { } wrong) return wrong;
        return TryRead(id, out var driver, out var bad) ? await desk.DutyAsync(driver, body.Value.On!.Value, mustBeKnown: caller.Role != Role.Driver, cancellationToken) : bad;
    }

    private static async Task<IResult> ListAsync(
        [FromQuery, Description("Only those that are idle, busy or off-duty.")] string? status, [AsParameters] PageQuery page, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (after, limit) = page.Read(errors);
        if (status is not null && !DriverStatuses.All.Contains(status)) errors.Add("status", $"must be one of {string.Join(", ", DriverStatuses.All)}");
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return ApiAnswer.Of(Page<DriverView>.Of(await DriverQueries.PageAsync(db, status, after, limit + 1, cancellationToken), limit, driver => driver.Id));
    }

    private static bool TryRead(string id, out DriverId driver, out IResult bad)
    {
        bad = Problems.InvalidParameter.Result("id: is no driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ + are.");
        return DriverId.TryParse(id, out driver);
    }
}

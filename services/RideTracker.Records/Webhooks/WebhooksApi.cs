using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.Records.Webhooks;

/// <summary><c>/v1/webhooks</c>: who is told of events, what became of it, and again.</summary>
internal static class WebhooksApi
{
    public static void Map(RouteGroupBuilder group)
    {
        var hooks = group.MapGroup("/webhooks").RequireAuthorization(AccessPolicies.Staff).WithTags("webhooks");
        hooks.MapPut("/{id}", PutAsync).WithName("putWebhook").WithSummary("Makes a webhook, or changes it whole; a new one gets the events from now on. Its secret is in this answer only.")
            .Produces<WebhookView>().Produces<WebhookView>(StatusCodes.Status201Created).WithProblems(401, 403, 409, 413)
            .WithExample("""{"url":"https://example.com/ridetracker","kinds":["enter","exit"]}""");
        hooks.MapGet("/{id}", GetAsync).WithName("getWebhook").WithSummary("A webhook, without its secret.").Produces<WebhookView>().WithProblems(401, 403, 404);
        hooks.MapGet("", ListAsync).WithName("listWebhooks").WithSummary("All webhooks by id, without their secrets.").Produces<Page<WebhookView>>().WithProblems(400, 401, 403);
        hooks.MapDelete("/{id}", DeleteAsync).WithName("deleteWebhook").WithSummary("Deletes a webhook and its deliveries.").Produces(StatusCodes.Status204NoContent).WithProblems(401, 403, 404);
        hooks.MapGet("/{id}/deliveries", DeliveriesAsync).WithName("listWebhookDeliveries").WithSummary("What became of events sent to a webhook, by number.")
            .Produces<Page<DeliveryView>>().WithProblems(400, 401, 403, 404);
        hooks.MapPost("/{id}/replay", ReplayAsync).WithName("replayWebhook").WithSummary("Sends events again: by their numbers, or all that is dead.")
            .Produces<ReplayAnswer>().WithProblems(401, 403, 404).WithExample("""{"dead":true}""");
    }

    private static async Task<IResult> PutAsync(
        string id, JsonBody<WebhookBody> body, IDbContextFactory<RecordsDb> databases, IOptions<WebhooksOptions> options, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        if (!DriverId.TryParse(id, out _)) return Problems.InvalidParameter.Result("id: must be 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +.");
        if (body.Wrong is { } wrong) return wrong;
        if (!options.Value.AllowPrivate && body.Value.IsAtPrivateAddress()) return Problems.MalformedBody.Result("url: its address is private, which Webhooks:AllowPrivate does not allow here.");
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var newest = await EventReader.NewestAsync(db, cancellationToken);
        var row = await db.Set<WebhookRow>().AsTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        var isNew = row is null;
        var secret = body.Value.Secret;
        if (row is null)
        {
            if (await db.Set<WebhookRow>().CountAsync(cancellationToken) >= options.Value.MaxWebhooks)
                return Problems.TooMany.Result($"There are {options.Value.MaxWebhooks} webhooks, the most there may be (Webhooks:MaxWebhooks).");
            secret ??= "whsec_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            db.Add(row = new WebhookRow { Id = id, Url = "", Secret = secret, Cursor = newest });
        }

        var active = body.Value.Active ?? true;
        // What happened while it was off is not sent by itself: a replay does.
        if (active && !row.Active) row.Cursor = newest;
        (row.Url, row.Active, row.UpdatedAt) = (body.Value.Url!, active, time.GetUtcNow());
        row.Kinds = body.Value.Kinds is { Count: > 0 } kinds ? string.Join(',', kinds.Distinct().Order(StringComparer.Ordinal)) : null;
        if (secret is not null) row.Secret = secret;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        var view = WebhookView.Of(row, secret);
        return isNew ? TypedResults.Created($"/v1/webhooks/{id}", view) : TypedResults.Ok(view);
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, id, cancellationToken) is { } row ? TypedResults.Ok(WebhookView.Of(row)) : Unknown();
    }

    private static async Task<IResult> ListAsync([AsParameters] PageQuery page, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (after, limit) = page.Read(errors);
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<WebhookRow>().AsNoTracking().Where(row => after == null || row.Id.CompareTo(after) > 0).OrderBy(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<WebhookView>.Of([.. rows.Select(row => WebhookView.Of(row))], limit, view => view.Id));
    }

    private static async Task<IResult> DeleteAsync(string id, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<WebhookRow>().Where(row => row.Id == id).ExecuteDeleteAsync(cancellationToken) > 0 ? TypedResults.NoContent() : Unknown();
    }

    private static async Task<IResult> DeliveriesAsync(
        string id, [AsParameters] PageQuery page, [FromQuery] string? state, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (cursor, limit) = page.Read(errors);
        var after = 0L;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)) errors.Add("after", "is no cursor of this list");
        if (state is not (null or DeliveryRow.Pending or DeliveryRow.Delivered or DeliveryRow.Dead)) errors.Add("state", "must be pending, delivered or dead");
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(db, id, cancellationToken) is null) return Unknown();
        var rows = await db.Set<DeliveryRow>().AsNoTracking().Where(row => row.Webhook == id && row.Number > after && (state == null || row.State == state))
            .OrderBy(row => row.Number).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<DeliveryView>.Of([.. rows.Select(DeliveryView.Of)], limit, view => view.Number.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<IResult> ReplayAsync(
        string id, JsonBody<ReplayBody> body, DeliveryQueue queue, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(db, id, cancellationToken) is not { } hook) return Unknown();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var queued = body.Value.Dead == true
            ? await queue.ReviveAsync(db, id, cancellationToken)
            : await queue.ReplayAsync(db, hook, body.Value.From!.Value, body.Value.To!.Value, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new ReplayAnswer(queued));
    }

    private static Task<WebhookRow?> FindAsync(RecordsDb db, string id, CancellationToken cancellationToken) =>
        db.Set<WebhookRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);

    private static IResult Unknown() => Problems.NotFound.Result("id: there is no such webhook.");
}

using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Database;
using RideTracker.Records.Hosting;

namespace RideTracker.IntegrationTests.Records;

/// <summary>A whole Records host in the test process: the product's own composition, real Kestrel on a free port, real Redis and PostgreSQL behind it.</summary>
internal sealed class RecordsNode : HostInTest
{
    private RecordsNode(WebApplication app)
        : base(app)
    {
    }

    /// <summary>Starts one.</summary>
    /// <param name="redis">HOST:PORT.</param>
    /// <param name="database">Connection string, see <see cref="Engines.PostgresServer.CreateDatabaseAsync"/>.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="settings">Further settings.</param>
    public static Task<RecordsNode> StartAsync(string redis, string database, TimeProvider? time = null, params (string Key, object Value)[] settings) =>
        StartAsync(redis, database, time, _ => { }, settings);

    /// <summary>Starts one with further services.</summary>
    public static async Task<RecordsNode> StartAsync(
        string redis, string database, TimeProvider? time, Action<IServiceCollection> services, params (string Key, object Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        var values = new Dictionary<string, string?>
        {
            ["Hub:Redis"] = redis,
            ["Database:ConnectionString"] = database,
            ["Access:Keys:0"] = TestTokens.Key,
        };
        foreach (var (key, value) in settings) values[key] = Convert.ToString(value, CultureInfo.InvariantCulture);
        // Tokens are either own ones or an issuer's.
        if (values.ContainsKey("Access:Authority")) values.Remove("Access:Keys:0");
        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddRouting();
        if (time is not null) builder.Services.AddSingleton(time);
        services(builder.Services);
        var errors = new LoggedErrors();
        builder.Services.AddSingleton(errors);
        builder.Logging.AddProvider(errors);
        builder.WebHost.UseKestrel();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddRecords();
        var app = builder.Build();
        await StartAsync(app, static app => app.MapRecords());
        return new RecordsNode(app);
    }

    /// <summary>A client that sends a token with each request.</summary>
    public HttpClient As(string token) => new() { BaseAddress = Url, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };

    /// <summary>Has everything forgotten that is past its time, as the host does every ten minutes.</summary>
    public async Task ForgetAsync()
    {
        foreach (var kept in Services.GetServices<IExpires>()) await kept.ForgetAsync(TestContext.Current.CancellationToken);
    }
}

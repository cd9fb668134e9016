using System.Globalization;
using System.Net;
using RideTracker.IntegrationTests.Engines;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>TLS to Redis, over both of our own connections: nodes in processes of their own, since authorities and certificates are a process's.</summary>
public sealed class RedisTlsTests : IAsyncLifetime
{
    // It is to be there soon, and its memory is nobody's concern here.
    private static readonly (string Key, object Value)[] Quick = [("DOTNET_TieredCompilation", 1)];

    /// <summary>One that can't reach Redis is to listen, and say so, soon.</summary>
    private static readonly (string Key, object Value)[] Impatient = [("Hub:TimeoutMs", 3_000), .. Quick];

    private readonly TestAuthority _authority = new();
    private readonly int _port = FreePort.Next();
    private RedisProcess? _redis;
    private ConnectionMultiplexer? _test;

    private ConnectionMultiplexer Test => _test!;

    public async ValueTask InitializeAsync() => await StartAsync(clientCertificates: "no");

    public async ValueTask DisposeAsync()
    {
        if (_test is not null) await _test.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task TrustedAuthority_CarriesARide(string host)
    {
        await using var node = await NodeProcess.StartAsync(Setting(host), [.. _authority.Trusted, .. Quick]);

        await using var ride = await Ride.BeginAsync(node, new RedisScripts(Test.GetDatabase()));

        await ride.GoOnAsync();
        await ride.EndAsync();
        // Nothing of the node is on the plain port.
        var clients = await Test.GetServers().Single().ClientListAsync();
        Assert.DoesNotContain(clients, client => client.Name == "ridetracker-tracking" && client.Raw!.Contains(string.Create(CultureInfo.InvariantCulture, $"laddr={_redis!.EndPoint} "), StringComparison.Ordinal));
        Assert.Contains(clients, client => client.Raw!.Contains(string.Create(CultureInfo.InvariantCulture, $"laddr=127.0.0.1:{_port} "), StringComparison.Ordinal));
    }

    [Fact]
    public async Task OtherAuthority_IsRefused_AndSaid()
    {
        using var other = new TestAuthority();
        await using var node = NodeProcess.Launch(Setting("localhost"), [.. other.Trusted, .. Impatient]);

        await IsRefusedAsync(node, "certificate");
    }

    [Fact]
    public async Task NameThatIsNotTheCertificates_IsRefused_AndSaid()
    {
        await using var node = NodeProcess.Launch(Setting("localhost", ",sslHost=redis.example"), [.. _authority.Trusted, .. Impatient]);

        await IsRefusedAsync(node, "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task AuthorityThatListsNoRevoked_IsRefused_WhereTheListIsAskedFor()
    {
        await using var node = NodeProcess.Launch(Setting("localhost", ",sslProtocols=tls13,checkCertificateRevocation=true"), [.. _authority.Trusted, .. Impatient]);

        await IsRefusedAsync(node, "RevocationStatusUnknown");
    }

    [Fact]
    public async Task IssuerOfTheEnvironment_IsTrusted()
    {
        await using var node = await NodeProcess.StartAsync(Setting("localhost"), [("SERedis_IssuerCertPath", _authority.RootFile), .. Quick]);

        await using var ride = await Ride.BeginAsync(node, new RedisScripts(Test.GetDatabase()));

        await ride.EndAsync();
    }

    [Fact]
    public async Task ClientCertificateOfTheEnvironment_IsShown_AndItsLackIsSaid()
    {
        await _test!.DisposeAsync();
        await _redis!.DisposeAsync();
        await StartAsync(clientCertificates: "yes");
        await using (var without = NodeProcess.Launch(Setting("localhost"), [.. _authority.Trusted, .. Impatient])) await IsRefusedAsync(without, "client certificate");

        await using var node = await NodeProcess.StartAsync(
            Setting("localhost"), [.. _authority.Trusted, .. Quick, ("SERedis_ClientCertPfxPath", _authority.PfxFile), ("SERedis_ClientCertPassword", TestAuthority.PfxPassword)]);

        await using var ride = await Ride.BeginAsync(node, new RedisScripts(Test.GetDatabase()));
        await ride.EndAsync();
    }

    private string Setting(string host, string more = "") => string.Create(CultureInfo.InvariantCulture, $"{host}:{_port},ssl=true{more}");

    private async Task StartAsync(string clientCertificates)
    {
        _redis = await RedisProcess.RequireAsync(
            "--tls-port", _port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", _authority.ServerFile, "--tls-key-file", _authority.ServerKeyFile,
            "--tls-ca-cert-file", _authority.RootFile, "--tls-auth-clients", clientCertificates);
        _test = await _redis.ConnectAsync();
    }

    private async Task IsRefusedAsync(NodeProcess node, string word)
    {
        PollAnswer? health = null;
        await Eventually.IsSoAsync(async () =>
        {
            Assert.True(node.IsAlive, string.Join('\n', node.Log));
            try
            {
                // It tries again and again, and says what it last met.
                health = await PollRider.GetAsync(node, "/health/ready", null);
                return health.Body.Contains(word, StringComparison.Ordinal) && node.Log.Any(line => line.Contains(word, StringComparison.Ordinal));
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health!.Status);
        // It did not even begin the hub.
        Assert.Equal(0, await Test.GetServers().Single().DatabaseSizeAsync());
    }
}

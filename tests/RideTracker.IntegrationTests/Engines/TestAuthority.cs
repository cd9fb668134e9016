using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>A certificate authority of a test's own, with a certificate for this machine, as server and as client; as files, as servers and processes want them.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string PfxPassword = "pfx";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridetracker-tls-");

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=RideTracker test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        var identifier = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(identifier);
        var now = TimeProvider.System.GetUtcNow();
        using var issuer = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        Root = X509CertificateLoader.LoadCertificate(issuer.RawData);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        server.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        server.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using var issued = server.Create(issuer, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(serverKey);
        Server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);

        File.WriteAllBytes(PfxFile, withKey.Export(X509ContentType.Pkcs12, PfxPassword));
        File.WriteAllText(RootFile, Root.ExportCertificatePem());
        File.WriteAllText(ServerFile, issued.ExportCertificatePem());
        File.WriteAllText(ServerKeyFile, serverKey.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Whom clients trust.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>For localhost and 127.0.0.1, with its key.</summary>
    public X509Certificate2 Server { get; }

    public string RootFile => Path.Combine(_folder.FullName, "root.pem");

    public string ServerFile => Path.Combine(_folder.FullName, "server.pem");

    /// <summary>The same certificate with its key, under <see cref="PfxPassword"/>.</summary>
    public string PfxFile => Path.Combine(_folder.FullName, "server.pfx");

    public string ServerKeyFile => Path.Combine(_folder.FullName, "server.key");

    /// <summary>The settings of a process that trusts this authority only.</summary>
    public (string Key, object Value)[] Trusted
    {
        get
        {
            // Without a folder it would be the system's.
            var none = _folder.CreateSubdirectory("none");
            return [("SSL_CERT_FILE", RootFile), ("SSL_CERT_DIR", none.FullName)];
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        Server.Dispose();
        _folder.Delete(recursive: true);
    }
}

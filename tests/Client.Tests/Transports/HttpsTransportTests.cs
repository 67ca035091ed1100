using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Transport;
using ControlPlane.ServerKit;

namespace ControlPlane.Client.Tests.Transports;

/// <summary>The way over the network, in both encodings.</summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class HttpsTransportTests(bool useProtobuf) : TransportContract
{
    protected override IApiTransport Connect(ApiServerFixture server, string user, params string[] groups)
    {
        var certificate = server.Pki.Authority.Issue(CertificateProfile.Client(user, [.. groups]));
        return new HttpsTransport(
            new HttpsTransportOptions
            {
                Server = server.Address,
                Authorities = [X509CertificateLoader.LoadCertificate(server.Pki.Authority.Certificate.RawData)],
                ClientCertificate = () => certificate,
                UseProtobuf = useProtobuf,
            },
            TimeProvider.System);
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Streaming.Upgrades;
using ControlPlane.Types.Core;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Subresources.Nodes;

/// <summary>The way to the server of a node agent: its address from the Node, this server's client certificate.</summary>
internal interface INodeConnector
{
    /// <summary>Asks a node's server. The caller disposes the answer.</summary>
    /// <exception cref="ApiException">There is no such node, or it cannot be reached.</exception>
    Task<HttpResponseMessage> GetAsync(string node, string pathAndQuery, CancellationToken cancel);

    /// <summary>Asks a node's server for the upgrade that a client asks for. It may refuse. The caller disposes the answer, and the connection with it.</summary>
    /// <exception cref="ApiException">There is no such node, or it cannot be reached.</exception>
    Task<HttpResponseMessage> UpgradeAsync(string node, string pathAndQuery, HttpRequest asked, CancellationToken cancel);
}

/// <summary>Over HTTPS, as upstream's kubelet client.</summary>
internal sealed class NodeConnection : INodeConnector, IDisposable
{
    // pkg/cluster/ports: KubeletPort; for nodes that do not say
    private const int DefaultPort = 10250;

    // kube-apiserver: --kubelet-preferred-address-types, its default order
    private static readonly string[] PreferredAddresses = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"];

    private readonly ResourceCatalog _catalog;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _client;

    /// <summary>With the certificate that node agents know.</summary>
    public NodeConnection(ResourceCatalog catalog, X509Certificate2 certificate)
    {
        _catalog = catalog;
        _handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [certificate],
                // kube-apiserver without --kubelet-certificate-authority; node agents may have signed their own certificates
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
        };
        _client = new HttpMessageInvoker(_handler, disposeHandler: false);
    }

    /// <inheritdoc/>
    public async Task<HttpResponseMessage> GetAsync(string node, string pathAndQuery, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(AddressOf(node), pathAndQuery));
        try
        {
            return await _client.SendAsync(request, cancel);
        }
        catch (HttpRequestException unreachable)
        {
            throw Unreachable(request.RequestUri!, unreachable);
        }
    }

    /// <inheritdoc/>
    public async Task<HttpResponseMessage> UpgradeAsync(string node, string pathAndQuery, HttpRequest asked, CancellationToken cancel)
    {
        var address = new Uri(AddressOf(node), pathAndQuery);
        try
        {
            return await UpgradeProxy.AskAsync(asked, _client, address, cancel);
        }
        catch (HttpRequestException unreachable)
        {
            throw Unreachable(address, unreachable);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    private static ApiException Unreachable(Uri address, Exception why) =>
        new(ApiError.Failure(500, "", $"error dialing backend: dial tcp {address.Authority}: {(why.InnerException ?? why).Message}", null));

    private Uri AddressOf(string name)
    {
        var nodes = new GroupResource("", "nodes");
        if (_catalog.Current.Find(nodes)?.FindCached(new ObjectKey("", name))?.Record is not Node node)
            throw ApiError.NotFound(nodes, name);
        var addresses = node.Status.Addresses;
        var address = PreferredAddresses
            .Select(type => addresses.FirstOrDefault(one => one.Type == type)?.Address)
            .FirstOrDefault(found => found is not null && IsReachable(found))
            ?? throw ApiError.Internal($"no preferred addresses found; known addresses: [{string.Join(' ', addresses.Select(one => one.Address))}]");
        var port = node.Status.DaemonEndpoints.KubeletEndpoint.Port;
        return new UriBuilder(Uri.UriSchemeHttps, address, port > 0 ? port : DefaultPort).Uri;
    }

    // A host name that this machine cannot resolve would hide an address that it can reach.
    private static bool IsReachable(string address) => System.Net.IPAddress.TryParse(address, out _);
}

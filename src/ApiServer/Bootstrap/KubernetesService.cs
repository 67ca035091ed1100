using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using EndpointPort = ControlPlane.Types.Core.EndpointPort;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>How pods reach the API server: the Service "kubernetes", and where it leads (pkg/controlplane/controller/kubernetesservice).</summary>
internal static class KubernetesService
{
    private const string Name = "kubernetes";

    /// <summary>The Service; its address is the first of the range.</summary>
    public static Service Service(ApiServerOptions options, int securePort) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = Name,
            Labels = new Dictionary<string, string> { ["component"] = "apiserver", ["provider"] = "kubernetes" }.ToValueMap(),
        },
        Spec = new ServiceSpec
        {
            Ports = [new ServicePort { Name = "https", Protocol = "TCP", Port = 443, TargetPort = securePort }],
            ClusterIP = options.KubernetesServiceAddress.ToString(),
            ClusterIPs = [options.KubernetesServiceAddress.ToString()],
            Type = "ClusterIP",
            SessionAffinity = "None",
            IpFamilies = ["IPv4"],
            IpFamilyPolicy = "SingleStack",
            InternalTrafficPolicy = "Cluster",
        },
    };

    /// <summary>Where it leads: this server's advertised address, with those of others that are there already.</summary>
    public static Endpoints Endpoints(IEnumerable<string> addresses, int securePort) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = Name, Labels = ValueMap.Of("endpointslice.kubernetes.io/skip-mirror", "true") },
        Subsets =
        [
            new EndpointSubset
            {
                Addresses = addresses.Select(ip => new EndpointAddress { Ip = ip }).ToValueList(),
                Ports = [new EndpointPort { Name = "https", Port = securePort, Protocol = "TCP" }],
            },
        ],
    };

    /// <summary>The same in the form that proxies read.</summary>
    public static EndpointSlice Slice(IEnumerable<string> addresses, int securePort) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = Name, Labels = ValueMap.Of("kubernetes.io/service-name", Name) },
        AddressType = "IPv4",
        Endpoints = addresses.Select(ip => new Endpoint { Addresses = [ip], Conditions = new EndpointConditions { Ready = true } }).ToValueList(),
        Ports = [new Types.Discovery.EndpointPort { Name = "https", Port = securePort, Protocol = "TCP" }],
    };
}

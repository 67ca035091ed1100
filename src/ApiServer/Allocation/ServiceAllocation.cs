using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Writes;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Allocation;

/// <summary>
/// What a Service owns beside itself: its cluster address and its node ports, taken with it, changed with it, freed with it, in its own transaction
/// (pkg/registry/core/service/storage/alloc.go).
/// </summary>
internal sealed class ServiceAllocation(ClusterAddresses addresses, ApiServerOptions options, Random random) : ITransactionHook
{
    private const string Headless = "None";

    /// <inheritdoc/>
    public async ValueTask BeforeCommitAsync(WriteAttempt attempt, CancellationToken cancel)
    {
        if (attempt.Request.Context.Subresource.Length > 0)
            return;
        var old = (Service?)attempt.Old;
        if (attempt.Value is not Service wanted)
        {
            await ReleaseAsync(old!, attempt, cancel);
            return;
        }

        wanted = WithAddress(ServiceFamilies.Of(wanted, old), old, attempt);
        attempt.Value = await WithPortsAsync(wanted, old, attempt, cancel);
    }

    private static bool HasAddress(Service? service) => service is { Spec.Type: not "ExternalName" } && service.Spec.ClusterIP is not ("" or Headless);

    private static bool HasNodePorts(Service service) =>
        service.Spec.Type == "NodePort" || (service.Spec.Type == "LoadBalancer" && service.Spec.AllocateLoadBalancerNodePorts != false);

    private static bool HasHealthCheckPort(Service service) => service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };

    private Service WithAddress(Service wanted, Service? old, WriteAttempt attempt)
    {
        if (wanted.Spec.Type == "ExternalName" || wanted.Spec.ClusterIP == Headless)
        {
            if (HasAddress(old) && wanted.Spec.Type == "ExternalName")
                addresses.Release(old!.Spec.ClusterIP, old, attempt);
            return wanted.Spec.ClusterIP == Headless && wanted.Spec.ClusterIPs.IsEmpty ? WithAddresses(wanted, Headless) : wanted;
        }

        if (old is { Spec.Type: not "ExternalName" })
            return wanted; // it cannot be changed; rules say so
        if (wanted.Spec.ClusterIP.Length == 0)
            return WithAddresses(wanted, addresses.TakeAny(wanted, attempt) ?? throw Exhausted("serviceIP"));
        if (addresses.Take(wanted.Spec.ClusterIP, wanted, attempt) is { } problem)
            throw Refused(wanted, errors => errors.At("spec.clusterIPs").InvalidPrinted($"[\"{wanted.Spec.ClusterIP}\"]", problem));
        return wanted.Spec.ClusterIPs.IsEmpty ? WithAddresses(wanted, wanted.Spec.ClusterIP) : wanted;
    }

    private static Service WithAddresses(Service service, string address) =>
        service with { Spec = service.Spec with { ClusterIP = address, ClusterIPs = [address] } };

    private async ValueTask<Service> WithPortsAsync(Service wanted, Service? old, WriteAttempt attempt, CancellationToken cancel)
    {
        var before = PortsOf(old);
        if (before.Count == 0 && !HasNodePorts(wanted) && !HasHealthCheckPort(wanted) && PortsOf(wanted).Count == 0)
            return wanted;
        if (old is not null && before.SetEquals(PortsOf(wanted)) && !Lacks(wanted))
            return wanted;
        var ports = await NodePorts.ReadAsync(options, attempt, random, cancel);
        var kept = PortsOf(wanted);
        foreach (var port in before.Where(port => !kept.Contains(port)))
            ports.Release(port);
        wanted = WithHealthCheckPort(WithNodePorts(wanted, before, ports), before, ports);
        ports.Write(attempt);
        return wanted;
    }

    private static bool Lacks(Service service) =>
        (HasNodePorts(service) && service.Spec.Ports.Any(port => port.NodePort == 0)) || (HasHealthCheckPort(service) && service.Spec.HealthCheckNodePort == 0);

    private static HashSet<int> PortsOf(Service? service)
    {
        var found = new HashSet<int>();
        if (service is null)
            return found;
        foreach (var port in service.Spec.Ports)
            found.Add(port.NodePort);
        found.Add(service.Spec.HealthCheckNodePort);
        found.Remove(0);
        return found;
    }

    // One port for several protocols gets one node port.
    private static Service WithNodePorts(Service wanted, HashSet<int> before, NodePorts ports)
    {
        var ofPort = new Dictionary<int, int>();
        var taken = new HashSet<int>();
        var made = new List<ServicePort>();
        for (var i = 0; i < wanted.Spec.Ports.Count; i++)
        {
            var port = wanted.Spec.Ports[i];
            var number = port.NodePort;
            if (number == 0 && HasNodePorts(wanted))
                number = ofPort.TryGetValue(port.Port, out var same) ? same : Asked(wanted, port.Port) ?? ports.TakeAny() ?? throw Exhausted("nodePort");
            if (number != 0)
            {
                if (port.NodePort == 0 && !Asked(wanted, port.Port).HasValue)
                    taken.Add(number);
                else if (taken.Add(number) && !before.Contains(number) && ports.Take(number) is { } problem)
                    throw Refused(wanted, errors => errors.At("spec").At("ports", i).At("nodePort").Invalid(number, problem));
                ofPort.TryAdd(port.Port, number);
            }

            made.Add(number == port.NodePort ? port : port with { NodePort = number });
        }

        return wanted with { Spec = wanted.Spec with { Ports = made.ToValueList() } };
    }

    private static int? Asked(Service service, int port) =>
        service.Spec.Ports.FirstOrDefault(other => other.Port == port && other.NodePort != 0)?.NodePort;

    private static Service WithHealthCheckPort(Service wanted, HashSet<int> before, NodePorts ports)
    {
        if (!HasHealthCheckPort(wanted))
            return wanted;
        var number = wanted.Spec.HealthCheckNodePort;
        if (number == 0)
            return wanted with { Spec = wanted.Spec with { HealthCheckNodePort = ports.TakeAny() ?? throw Exhausted("HealthCheck NodePort 0") } };
        if (!before.Contains(number) && ports.Take(number) is { } problem)
            throw ApiError.Internal($"failed to allocate requested HealthCheck NodePort {number}: {problem}");
        return wanted;
    }

    private async ValueTask ReleaseAsync(Service service, WriteAttempt attempt, CancellationToken cancel)
    {
        if (HasAddress(service))
            addresses.Release(service.Spec.ClusterIP, service, attempt);
        var held = PortsOf(service);
        if (held.Count == 0)
            return;
        var ports = await NodePorts.ReadAsync(options, attempt, random, cancel);
        foreach (var port in held)
            ports.Release(port);
        ports.Write(attempt);
    }

    private static ApiException Exhausted(string what) => ApiError.Internal($"failed to allocate a {what}: range is full");

    private static ApiException Refused(Service service, Action<FieldErrors> say)
    {
        var errors = new FieldErrors();
        say(errors);
        return ApiError.Invalid(Service.Kind.GroupKind, service.Metadata.Name, errors.All);
    }
}

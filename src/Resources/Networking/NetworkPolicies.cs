using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>Which traffic pods accept and send.</summary>
internal sealed class NetworkPolicies : ResourceDefinition<NetworkPolicy>
{
    protected override void Declare(Declaration<NetworkPolicy> resource) => resource
        .WithGeneration()
        .NameColumn()
        .Column("Pod-Selector", policy => CellTexts.Of(policy.Spec.PodSelector))
        .AgeColumn();

    protected override NetworkPolicy Default(NetworkPolicy value)
    {
        var spec = value.Spec;
        if (spec.PolicyTypes.IsEmpty)
            spec = spec with { PolicyTypes = spec.Egress.IsEmpty ? ["Ingress"] : ["Ingress", "Egress"] };
        return value with
        {
            Spec = spec with
            {
                Ingress = spec.Ingress.DefaultEach(rule => rule with { Ports = WithProtocols(rule.Ports) }),
                Egress = spec.Egress.DefaultEach(rule => rule with { Ports = WithProtocols(rule.Ports) }),
            },
        };
    }

    protected override void Validate(NetworkPolicy value, FieldErrors errors)
    {
        var (policy, spec) = (value.Spec, errors.At("spec"));
        spec.At("podSelector").Selector(policy.PodSelector);
        for (var i = 0; i < policy.Ingress.Count; i++)
            CheckRule(policy.Ingress[i].Ports, policy.Ingress[i].From, "from", spec.At("ingress", i));
        for (var i = 0; i < policy.Egress.Count; i++)
            CheckRule(policy.Egress[i].Ports, policy.Egress[i].To, "to", spec.At("egress", i));
        if (policy.PolicyTypes.Count > 2)
        {
            spec.At("policyTypes").InvalidPrinted(
                $"[{string.Join(",", policy.PolicyTypes.Select(FieldErrors.Quote))}]", "may not specify more than two policyTypes");
            return;
        }

        for (var i = 0; i < policy.PolicyTypes.Count; i++)
            spec.At("policyTypes", i).OneOf(policy.PolicyTypes[i], "Ingress", "Egress");
    }

    private static ValueList<NetworkPolicyPort> WithProtocols(ValueList<NetworkPolicyPort> ports) =>
        ports.DefaultEach(port => port.Protocol is null ? port with { Protocol = "TCP" } : port);

    private static void CheckRule(ValueList<NetworkPolicyPort> ports, ValueList<NetworkPolicyPeer> peers, string peersField, FieldErrors at)
    {
        for (var i = 0; i < ports.Count; i++)
            CheckPort(ports[i], at.At("ports", i));
        for (var i = 0; i < peers.Count; i++)
            CheckPeer(peers[i], at.At(peersField, i));
    }

    private static void CheckPort(NetworkPolicyPort port, FieldErrors at)
    {
        if (port.Protocol is { } protocol)
            at.At("protocol").OneOf(protocol, "TCP", "UDP", "SCTP");
        if (port.Port is { } number)
            at.At("port").PortNumberOrName(number);
        if (port.EndPort is not { } end)
            return;
        if (port.Port is not { } start)
            at.At("endPort").Invalid(end, "may not be specified when `port` is not specified");
        else if (start.IsString)
            at.At("endPort").Invalid(end, "may not be specified when `port` is non-numeric");
        else if (start.Number > end)
            at.At("endPort").Invalid(start.Number, "must be greater than or equal to `port`");
        at.At("endPort").PortNumber(end);
    }

    private static void CheckPeer(NetworkPolicyPeer peer, FieldErrors at)
    {
        if (peer.PodSelector is not null)
            at.At("podSelector").Selector(peer.PodSelector);
        if (peer.NamespaceSelector is not null)
            at.At("namespaceSelector").Selector(peer.NamespaceSelector);
        if (peer.IpBlock is { } block)
            CheckBlock(block, at.At("ipBlock"));
        if (peer is { PodSelector: null, NamespaceSelector: null, IpBlock: null })
            at.Required("must specify a peer");
        else if (peer.IpBlock is not null && (peer.PodSelector is not null || peer.NamespaceSelector is not null))
            at.Forbidden("may not specify both ipBlock and another peer");
    }

    private static void CheckBlock(IPBlock block, FieldErrors at)
    {
        if (block.Cidr.Length == 0)
        {
            at.At("cidr").Required();
            return;
        }

        if (!at.At("cidr").IpRange(block.Cidr))
            return;
        var (network, bits) = NetworkChecks.ParseRange(block.Cidr)!.Value;
        var whole = new System.Net.IPNetwork(network, bits);
        for (var i = 0; i < block.Except.Count; i++)
        {
            if (!at.At("except", i).IpRange(block.Except[i]))
                continue;
            var (address, exceptBits) = NetworkChecks.ParseRange(block.Except[i])!.Value;
            if (!whole.Contains(address) || exceptBits <= bits)
                at.At("except", i).Invalid(block.Except[i], "must be a strict subset of `cidr`");
        }
    }
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What one may ask of a node.</summary>
public static class NodeQuestions
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    extension(Node node)
    {
        /// <summary>The status of a condition: "True", "False", "Unknown"; null when the node doesn't tell.</summary>
        public string? ConditionStatus(string type) => node.Condition(type)?.Status;

        /// <summary>One of its conditions.</summary>
        public NodeCondition? Condition(string type) => node.Status.Conditions.FirstOrDefault(condition => condition.Type == type);

        /// <summary>Does its agent say that it can run pods?</summary>
        public bool IsReady => node.ConditionStatus("Ready") == "True";

        /// <summary>Its first address of a type: InternalIP, ExternalIP, Hostname; null for none.</summary>
        public string? Address(string type) => node.Status.Addresses.FirstOrDefault(address => address.Type == type)?.Address;

        /// <summary>What it is for, by its labels, in order.</summary>
        public IEnumerable<string> Roles => node.Metadata.Labels
            .Select(label => label.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? label.Key[RolePrefix.Length..]
                : label.Key == RoleLabel ? label.Value : "")
            .Where(role => role.Length > 0)
            .Distinct()
            .Order(StringComparer.Ordinal);
    }
}

/// <summary>A machine that runs pods.</summary>
internal sealed class Nodes : ResourceDefinition<Node>
{
    protected override void Declare(Declaration<Node> resource) => resource
        .WithStatus((node, other) => node with { Status = other.Status }, CheckUpdate)
        .StatusKeptOnCreate()
        .ResetFields("status")
        .StatusResetFields("spec")
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Status", State)
        .Column("Roles", node => CellTexts.OrNone(string.Join(",", node.Roles)))
        .AgeColumn()
        .Column("Version", node => node.Status.NodeInfo.KubeletVersion)
        .Column("Internal-IP", node => CellTexts.OrNone(node.Address("InternalIP")), wide: true)
        .Column("External-IP", node => CellTexts.OrNone(node.Address("ExternalIP")), wide: true)
        .Column("OS-Image", node => OrUnknown(node.Status.NodeInfo.OsImage), wide: true)
        .Column("Kernel-Version", node => OrUnknown(node.Status.NodeInfo.KernelVersion), wide: true)
        .Column("Container-Runtime", node => OrUnknown(node.Status.NodeInfo.ContainerRuntimeVersion), wide: true)
        .Selectable("spec.unschedulable", node => node.Spec.Unschedulable ? "true" : "false");

    protected override Node Default(Node value)
    {
        if (value.Status.Allocatable.IsEmpty && !value.Status.Capacity.IsEmpty)
            value = value with { Status = value.Status with { Allocatable = value.Status.Capacity } };
        return value with { Spec = WithSamePodRanges(value.Spec) };
    }

    protected override void Validate(Node value, FieldErrors errors)
    {
        errors.At("metadata").At("taints").Taints(value.Spec.Taints);
        CheckResources(value, errors);
        CheckPodRanges(value.Spec.PodCIDRs, errors.At("spec").At("podCIDRs"));
    }

    protected override void ValidateUpdate(Node value, Node old, FieldErrors errors)
    {
        Validate(value, errors);
        CheckUpdate(value, old, errors);
    }

    protected override IEnumerable<string> Warnings(Node value, Node? old)
    {
        if (value.Spec.ConfigSource is not null)
            yield return "spec.configSource: the feature is no longer available";
        if (value.Spec.ExternalID.Length > 0)
            yield return "spec.externalID: this field is deprecated, and is unused";
    }

    private static void CheckUpdate(Node value, Node old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        CheckResources(value, errors);
        CheckAddresses(value, errors.At("status").At("addresses"));
        if (!old.Spec.PodCIDRs.IsEmpty && value.Spec.PodCIDRs != old.Spec.PodCIDRs)
            spec.At("podCIDRs").Forbidden("node updates may not change podCIDR except from \"\" to valid");
        if (old.Spec.ProviderID.Length > 0 && value.Spec.ProviderID != old.Spec.ProviderID)
            spec.At("providerID").Forbidden("node updates may not change providerID except from \"\" to valid");
        errors.At("metadata").At("taints").Taints(value.Spec.Taints);
        if (value.Spec.ExternalID != old.Spec.ExternalID)
            spec.At("externalID").Forbidden("may not be updated");
    }

    private static void CheckAddresses(Node value, FieldErrors at)
    {
        for (var i = 0; i < value.Status.Addresses.Count; i++)
        {
            if (value.Status.Addresses.FindIndex(other => other == value.Status.Addresses[i]) < i)
                at.At(i).DuplicatePrinted(InternalForm.Of(value.Status.Addresses[i], "NodeAddress"));
        }
    }

    private static void CheckResources(Node value, FieldErrors errors)
    {
        var status = errors.At("status");
        CheckQuantities(value.Status.Capacity, status.At("capacity"));
        CheckQuantities(value.Status.Allocatable, status.At("allocatable"));
    }

    private static void CheckQuantities(ValueMap<Quantity> quantities, FieldErrors at)
    {
        foreach (var (name, quantity) in quantities)
            at.At(name).ResourceQuantity(name, quantity); // upstream's place: not in brackets
    }

    private static void CheckPodRanges(ValueList<string> ranges, FieldErrors at)
    {
        var areRanges = true;
        for (var i = 0; i < ranges.Count; i++)
            areRanges &= at.At(i).IpRange(ranges[i]);
        if (areRanges && (ranges.Count > 2 || (ranges.Count == 2 && NetworkChecks.IsIpv6(ranges[0]) == NetworkChecks.IsIpv6(ranges[1]))))
            at.InvalidPrinted(Printing.Of(ranges), "may specify no more than one CIDR for each IP family");
    }

    // Two fields for one thing: the old one, and the list whose first item it is. Where they differ, the old one counts.
    private static NodeSpec WithSamePodRanges(NodeSpec spec)
    {
        if (spec.PodCIDR.Length > 0 && (spec.PodCIDRs.IsEmpty || spec.PodCIDRs[0] != spec.PodCIDR))
            return spec with { PodCIDRs = [spec.PodCIDR] };
        return spec.PodCIDRs.IsEmpty || spec.PodCIDR.Length > 0 ? spec : spec with { PodCIDR = spec.PodCIDRs[0] };
    }

    private static TableCell State(Node node)
    {
        var state = node.ConditionStatus("Ready") switch
        {
            null => "Unknown",
            "True" => "Ready",
            _ => "NotReady",
        };
        return node.Spec.Unschedulable ? state + ",SchedulingDisabled" : state;
    }

    private static string OrUnknown(string text) => text.Length == 0 ? CellTexts.Unknown : text;
}

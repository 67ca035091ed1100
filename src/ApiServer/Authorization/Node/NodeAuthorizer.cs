using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;

namespace ControlPlane.ApiServer.Authorization.Node;

/// <summary>
/// Allows node agents (system:node:NAME in system:nodes) what they need for the pods bound to them, and nothing of other nodes; everything that is
/// not of one node is in the rules of the ClusterRole system:node (plugin/pkg/auth/authorizer/node/node_authorizer.go).
/// </summary>
/// <param name="graph">What leads to which node.</param>
/// <param name="filled">Done when the graph has all that is there: until then nodes wait, and nobody else does.</param>
internal sealed class NodeAuthorizer(NodeGraph graph, Task filled) : IAuthorizer, IRuleResolver
{
    private const string UserPrefix = "system:node:";
    private const string NodesGroup = "system:nodes";
    private static readonly ImmutableArray<RbacRule> Rules = BootstrapPolicy.Roles.Single(role => role.Key == new RoleKey("", "system:node")).Rules;

    /// <inheritdoc/>
    public ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel) =>
        filled.IsCompletedSuccessfully || NodeOf(attributes.User) is null ? new(Authorize(attributes)) : AuthorizeFilledAsync(attributes, cancel);

    /// <summary>Decides, from the bindings of this moment.</summary>
    public Decision Authorize(AuthorizationAttributes asked)
    {
        if (NodeOf(asked.User) is not { } node)
            return Decision.NoOpinion();
        if (node.Length == 0)
            return Decision.NoOpinion($"unknown node for user \"{asked.User.Name}\"");
        return asked.IsResource ? AuthorizeResource(node, asked) : ByRules(asked);
    }

    /// <inheritdoc/>
    public ResolvedRules RulesFor(UserInfo user, string @namespace) => new([], NodeOf(user) is not null, ""); // what a node may do can't be listed

    /// <summary>The node that a user speaks for; null for everybody else; "" for a node without a name.</summary>
    public static string? NodeOf(UserInfo user) =>
        user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) && user.IsIn(NodesGroup) ? user.Name[UserPrefix.Length..] : null;

    private async ValueTask<Decision> AuthorizeFilledAsync(AuthorizationAttributes attributes, CancellationToken cancel)
    {
        await filled.WaitAsync(cancel);
        return Authorize(attributes);
    }

    private Decision AuthorizeResource(string node, AuthorizationAttributes asked) => (asked.Group, asked.Resource) switch
    {
        ("", "secrets") => Read(node, NodeObjectKind.Secret, asked),
        ("", "configmaps") => Read(node, NodeObjectKind.ConfigMap, asked),
        ("", "persistentvolumeclaims") when asked.Subresource == "status" => Status(node, NodeObjectKind.PersistentVolumeClaim, asked),
        ("", "persistentvolumeclaims") => Get(node, NodeObjectKind.PersistentVolumeClaim, asked),
        ("", "persistentvolumes") => Get(node, NodeObjectKind.PersistentVolume, asked),
        ("resource.k8s.io", "resourceclaims") => Get(node, NodeObjectKind.ResourceClaim, asked),
        ("resource.k8s.io", "resourceslices") => ResourceSlice(node, asked),
        ("storage.k8s.io", "volumeattachments") => Get(node, NodeObjectKind.VolumeAttachment, asked),
        ("storage.k8s.io", "csinodes") => OwnCsiNode(node, asked),
        ("coordination.k8s.io", "leases") => OwnLease(node, asked),
        ("", "serviceaccounts") => ServiceAccount(node, asked),
        ("", "nodes") => OwnNode(node, asked),
        ("", "pods") => OwnPod(node, asked),
        _ => ByRules(asked),
    };

    private static Decision ByRules(AuthorizationAttributes asked)
    {
        foreach (var rule in Rules)
        {
            if (rule.Allows(asked))
                return Decision.Allow("");
        }

        return Decision.NoOpinion();
    }

    private Decision Read(string node, NodeObjectKind kind, AuthorizationAttributes asked)
    {
        if (asked.Verb is not ("get" or "list" or "watch"))
            return Decision.NoOpinion("can only read resources of this type");
        if (asked.Subresource.Length > 0)
            return Decision.NoOpinion("cannot read subresource");
        return asked.Namespace.Length == 0 ? Decision.NoOpinion("can only read namespaced object of this type") : Related(node, kind, asked);
    }

    private Decision Get(string node, NodeObjectKind kind, AuthorizationAttributes asked) =>
        asked.Verb != "get" ? Decision.NoOpinion("can only get individual resources of this type")
        : asked.Subresource.Length > 0 ? Decision.NoOpinion("cannot get subresource")
        : Related(node, kind, asked);

    private Decision Status(string node, NodeObjectKind kind, AuthorizationAttributes asked) =>
        asked.Verb is "get" or "update" or "patch" ? Related(node, kind, asked) : Decision.NoOpinion("can only get/update/patch this type");

    private Decision Related(string node, NodeObjectKind kind, AuthorizationAttributes asked) =>
        asked.Name.Length == 0 ? Decision.NoOpinion("No Object name found")
        : graph.Leads(new NodeObject(kind, asked.Namespace, asked.Name), node) ? Decision.Allow("")
        : Decision.NoOpinion($"no relationship found between node '{node}' and this object");

    private Decision ServiceAccount(string node, AuthorizationAttributes asked) => (asked.Verb, asked.Subresource) switch
    {
        ("create", "token") or ("get", "") => Related(node, NodeObjectKind.ServiceAccount, asked),
        (_, "token") => Decision.NoOpinion("can only create tokens for individual service accounts"),
        _ => Decision.NoOpinion("can only get individual service accounts or create tokens for them"),
    };

    private static Decision OwnNode(string node, AuthorizationAttributes asked)
    {
        switch (asked.Subresource, asked.Verb)
        {
            case ("", "create"): return Decision.Allow(""); // NodeRestriction sees to the name, which the URL does not have
            case ("", "get" or "update" or "patch"):
            case ("status", "update" or "patch"):
                return asked.Name == node ? Decision.Allow("") : Decision.NoOpinion($"node '{node}' cannot read '{asked.Name}', only its own Node object");
            case ("", "list" or "watch"):
                return asked.Name == node || Selects(asked.FieldSelector, "metadata.name", node)
                    ? Decision.Allow("")
                    : Decision.NoOpinion($"node '{node}' cannot read all nodes, only its own Node object");
            default: return Decision.NoOpinion();
        }
    }

    private Decision OwnPod(string node, AuthorizationAttributes asked)
    {
        switch (asked.Subresource, asked.Verb)
        {
            case ("", "get"): return Related(node, NodeObjectKind.Pod, asked);
            case ("", "list" or "watch"):
                return Selects(asked.FieldSelector, "spec.nodeName", node) || (asked.Name.Length > 0 && Related(node, NodeObjectKind.Pod, asked).Verdict == Verdict.Allow)
                    ? Decision.Allow("")
                    : Decision.NoOpinion("can only list/watch pods with spec.nodeName field selector");
            case ("", "create" or "delete"): // mirror pods, and pods that have ended: NodeRestriction sees to which
            case ("status", "update" or "patch"):
            case ("eviction", "create"): return Decision.Allow("");
            default: return Decision.NoOpinion();
        }
    }

    private static Decision OwnLease(string node, AuthorizationAttributes asked)
    {
        if (asked.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
            return Decision.NoOpinion("can only get, create, update, patch, or delete a node lease");
        if (asked.Namespace != "kube-node-lease")
            return Decision.NoOpinion("can only access leases in the \"kube-node-lease\" system namespace");
        return asked.Verb == "create" || asked.Name == node ? Decision.Allow("") : Decision.NoOpinion("can only access node lease with the same name as the requesting node");
    }

    private static Decision OwnCsiNode(string node, AuthorizationAttributes asked)
    {
        if (asked.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
            return Decision.NoOpinion("can only get, create, update, patch, or delete a CSINode");
        if (asked.Subresource.Length > 0)
            return Decision.NoOpinion("cannot authorize CSINode subresources");
        return asked.Verb == "create" || asked.Name == node ? Decision.Allow("") : Decision.NoOpinion("can only access CSINode with the same name as the requesting node");
    }

    private static Decision ResourceSlice(string node, AuthorizationAttributes asked)
    {
        if (asked.Subresource.Length > 0)
            return Decision.NoOpinion("cannot authorize ResourceSlice subresources");
        return asked.Verb switch
        {
            "get" or "create" or "update" or "patch" or "delete" => Decision.Allow(""), // NodeRestriction sees to spec.nodeName
            "list" or "watch" or "deletecollection" => Selects(asked.FieldSelector, "spec.nodeName", node)
                ? Decision.Allow("")
                : Decision.NoOpinion("can only list/watch/deletecollection resourceslices with nodeName field selector"),
            _ => Decision.NoOpinion("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection"),
        };
    }

    private static bool Selects(string selector, string field, string value)
    {
        foreach (var part in selector.Split(','))
        {
            if (part == $"{field}={value}" || part == $"{field}=={value}")
                return true;
        }

        return false;
    }
}

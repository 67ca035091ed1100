using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Rbac;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Rbac;

/// <summary>Fills ClusterRoles that have an aggregationRule with the rules of those that it selects.</summary>
internal sealed class ClusterRoleAggregationController(IApiClient api, ObjectCaches caches) : Controller<ClusterRole>
{
    protected override void Declare(ControllerDeclaration<ClusterRole> controller) => controller
        .Named("clusterrole-aggregation-controller", alias: "clusterrole-aggregation")
        .For(static role => role.AggregationRule is not null)
        .Watches<ClusterRole>(Aggregators)
        .Writes<ClusterRole>(Verb.Update)
        .Workers(5); // kube-controller-manager starts it with five

    protected override async Task<Requeue> ReconcileAsync(ClusterRole role, CancellationToken cancel)
    {
        var rules = Union(role, caches.Of<ClusterRole>().List());
        if (rules != role.Rules)
            await api.UpdateAsync(role with { Rules = rules }, cancel);
        return Requeue.Never;
    }

    /// <summary>The rules of all roles selected, in the order of selectors and names, each once.</summary>
    internal static ValueList<PolicyRule> Union(ClusterRole role, IReadOnlyList<ClusterRole> all)
    {
        var rules = new List<PolicyRule>();
        foreach (var selector in role.AggregationRule!.ClusterRoleSelectors.Select(LabelSelector.From))
        {
            var selected = all.Where(other => other.Metadata.Name != role.Metadata.Name && selector.Matches(other.Metadata.Labels));
            foreach (var rule in selected.OrderBy(static other => other.Metadata.Name, StringComparer.Ordinal).SelectMany(static other => other.Rules))
            {
                if (!rules.Contains(rule))
                    rules.Add(rule);
            }
        }
        return rules.ToValueList();
    }

    private IEnumerable<ObjectKey> Aggregators(ObjectChange<ClusterRole> change) => change.IsResync
        ? []
        : caches.Of<ClusterRole>().List().Where(static role => role.AggregationRule is not null).Select(static role => role.Key);
}

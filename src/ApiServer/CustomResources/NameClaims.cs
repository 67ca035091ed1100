using ControlPlane.Machinery.Errors;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>Which of the names that a definition asks for it gets: those that it has, and those that no other of its group has (apiextensions: pkg/controller/status/naming_controller.go).</summary>
internal sealed class NameClaims
{
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);

    /// <summary>Decides.</summary>
    /// <param name="definition">Who asks.</param>
    /// <param name="group">All definitions of its group, perhaps itself among them.</param>
    public NameClaims(CustomResourceDefinition definition, IEnumerable<CustomResourceDefinition> group)
    {
        foreach (var other in group.Where(other => other.Metadata.Name != definition.Metadata.Name).Select(other => other.Status.AcceptedNames))
        {
            _resources.UnionWith([other.Plural, other.Singular, .. other.ShortNames.AsSpan().ToArray()]);
            _kinds.UnionWith([other.Kind, other.ListKind]);
        }

        var (asked, has) = (definition.Spec.Names, definition.Status.AcceptedNames);
        Granted = has with
        {
            Plural = Grant("PluralConflict", asked.Plural, has.Plural, _resources),
            Singular = Grant("SingularConflict", asked.Singular, has.Singular, _resources),
            ShortNames = IsFree("ShortNamesConflict", asked.ShortNames.AsSpan().ToArray().Except(has.ShortNames.AsSpan().ToArray()), _resources) ? asked.ShortNames : has.ShortNames,
            Kind = Grant("KindConflict", asked.Kind, has.Kind, _kinds),
            ListKind = Grant("ListKindConflict", asked.ListKind, has.ListKind, _kinds),
            Categories = asked.Categories,
        };
    }

    /// <summary>The names that it has from now on.</summary>
    public CustomResourceDefinitionNames Granted { get; }

    /// <summary>The last of the names that it does not get; null where it gets them all.</summary>
    public (string Reason, string Message)? Problem { get; private set; }

    private string Grant(string conflict, string asked, string has, HashSet<string> taken) =>
        asked == has || IsFree(conflict, [asked], taken) ? asked : has;

    private bool IsFree(string conflict, IEnumerable<string> names, HashSet<string> taken)
    {
        var inUse = names.Where(name => name.Length > 0 && taken.Contains(name)).Select(name => $"{FieldErrors.Quote(name)} is already in use").ToArray();
        if (inUse.Length == 0)
            return true;
        Problem = (conflict, inUse.Length == 1 ? inUse[0] : $"[{string.Join(", ", inUse)}]");
        return false;
    }
}

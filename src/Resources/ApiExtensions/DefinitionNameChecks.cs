using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>What can be wrong with the names of a kind (apiextensions: pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionNames).</summary>
internal static class DefinitionNameChecks
{
    internal static void Check(CustomResourceDefinitionNames names, FieldErrors at)
    {
        foreach (var (field, name) in (ReadOnlySpan<(string, string)>)[("plural", names.Plural), ("singular", names.Singular), ("kind", names.Kind), ("listKind", names.ListKind)])
        {
            if (name.Length == 0)
                at.At(field).Required();
        }

        Label(names.Plural, at.At("plural"));
        Label(names.Singular, at.At("singular"));
        Kind(names.Kind, at.At("kind"));
        Kind(names.ListKind, at.At("listKind"));
        for (var i = 0; i < names.ShortNames.Count; i++)
            Tell(names.ShortNames[i], Names.Label1035(names.ShortNames[i]), "", at.At("shortNames", i));
        if (names.Kind.Length > 0 && names.Kind == names.ListKind)
            at.At("listKind").Invalid(names.ListKind, "kind and listKind may not be the same");
        for (var i = 0; i < names.Categories.Count; i++)
            Tell(names.Categories[i], Names.Label1035(names.Categories[i]), "", at.At("categories", i));
    }

    /// <summary>Tells what is wrong with one name at once, as upstream does here.</summary>
    internal static void Tell(string name, IEnumerable<string> complaints, string before, FieldErrors at)
    {
        var all = string.Join(",", complaints);
        if (all.Length > 0)
            at.Invalid(name, before + all);
    }

    private static void Label(string name, FieldErrors at)
    {
        if (name.Length > 0)
            Tell(name, Names.Label1035(name), "", at);
    }

    private static void Kind(string kind, FieldErrors at)
    {
#pragma warning disable CA1308 // upstream: kinds are checked in lower case
        if (kind.Length > 0)
            Tell(kind, Names.Label1035(kind.ToLowerInvariant()), "may have mixed case, but should otherwise match: ", at);
#pragma warning restore CA1308
    }
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>What can be wrong with a definition of a kind but for its schemas (apiextensions-apiserver: pkg/apis/apiextensions/validation).</summary>
internal static class CustomResourceDefinitionChecks
{
    internal static void Check(CustomResourceDefinition value, FieldErrors errors)
    {
        var (definition, spec) = (value.Spec, errors.At("spec"));
        var name = $"{definition.Names.Plural}.{definition.Group}";
        if (value.Metadata.Name != name)
            errors.At("metadata").At("name").Invalid(value.Metadata.Name, "must be spec.names.plural+\".\"+spec.group");
        if (definition.Group.Length == 0)
            spec.At("group").Required();
        else
        {
            spec.At("group").Complain(definition.Group, Names.Subdomain(definition.Group));
            if (definition.Group.Split('.').Length < 2)
                spec.At("group").Invalid(definition.Group, "should be a domain with at least one dot");
        }

        spec.At("scope").RequiredOneOf(definition.Scope, "Cluster", "Namespaced");
        CheckVersions(definition.Versions, spec);
        CheckNames(definition.Names, spec.At("names"));
        CheckConversion(definition.Conversion, spec.At("conversion"));
    }

    internal static void CheckUpdate(CustomResourceDefinition value, CustomResourceDefinition old, FieldErrors errors)
    {
        Check(value, errors);
        var isEstablished = old.Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" });
        if (isEstablished)
        {
            errors.At("spec").At("scope").Immutable(value.Spec.Scope, old.Spec.Scope, FieldErrors.Quote);
            errors.At("spec").At("names").At("kind").Immutable(value.Spec.Names.Kind, old.Spec.Names.Kind, FieldErrors.Quote);
        }

        errors.At("spec").At("group").Immutable(value.Spec.Group, old.Spec.Group, FieldErrors.Quote);
        errors.At("spec").At("names").At("plural").Immutable(value.Spec.Names.Plural, old.Spec.Names.Plural, FieldErrors.Quote);
    }

    private static void CheckVersions(ValueList<CustomResourceDefinitionVersion> versions, FieldErrors spec)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            var at = spec.At("versions", i);
            if (!names.Add(versions[i].Name))
                spec.At("versions").InvalidPrinted("[]", "must contain unique version names");
            at.At("name").Complain(versions[i].Name, Names.Label1035(versions[i].Name));
            if (versions[i].Schema?.OpenAPIV3Schema is null)
                at.At("schema").At("openAPIV3Schema").Required("schemas are required");
            CheckColumns(versions[i].AdditionalPrinterColumns, at.At("additionalPrinterColumns"));
        }

        if (versions.Count(version => version.Storage) != 1)
            spec.At("versions").InvalidPrinted("[]", "must have exactly one version marked as storage version");
    }

    private static void CheckColumns(ValueList<CustomResourceColumnDefinition> columns, FieldErrors at)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var place = at.At(i);
            if (columns[i].Name.Length == 0)
                place.At("name").Required();
            if (columns[i].Type.Length == 0)
                place.At("type").Required("must be one of boolean,date,integer,number,string");
            else if (columns[i].Type is not ("boolean" or "date" or "integer" or "number" or "string"))
                place.At("type").Invalid(columns[i].Type, "must be one of boolean,date,integer,number,string");
            if (columns[i].Format.Length > 0 && columns[i].Format is not ("byte" or "date" or "date-time" or "double" or "float" or "int32" or "int64" or "password"))
                place.At("format").Invalid(columns[i].Format, "must be one of byte,date,date-time,double,float,int32,int64,password");
            if (columns[i].JsonPath.Length == 0)
                place.At("jsonPath").Required();
        }
    }

    private static void CheckNames(CustomResourceDefinitionNames names, FieldErrors at)
    {
        CheckName(names.Plural, at.At("plural"));
        CheckName(names.Singular, at.At("singular"));
        CheckKind(names.Kind, at.At("kind"));
        CheckKind(names.ListKind, at.At("listKind"));
        for (var i = 0; i < names.ShortNames.Count; i++)
            CheckName(names.ShortNames[i], at.At("shortNames", i));
        if (names.Kind.Length > 0 && names.Kind == names.ListKind)
            at.At("listKind").Invalid(names.ListKind, "kind and listKind may not be the same");
        for (var i = 0; i < names.Categories.Count; i++)
            CheckName(names.Categories[i], at.At("categories", i));
    }

    private static void CheckName(string name, FieldErrors at) => at.Complain(name, Names.Label1035(name));

    private static void CheckKind(string kind, FieldErrors at)
    {
#pragma warning disable CA1308 // upstream: kinds are checked in lower case
        foreach (var complaint in Names.Label1035(kind.ToLowerInvariant()))
            at.Invalid(kind, "may have mixed case, but should otherwise match: " + complaint);
#pragma warning restore CA1308
    }

    private static void CheckConversion(CustomResourceConversion? conversion, FieldErrors at)
    {
        if (conversion is null)
        {
            at.Required();
            return;
        }

        at.At("strategy").RequiredOneOf(conversion.Strategy, "None", "Webhook");
        if (conversion.Strategy == "Webhook" && conversion.Webhook?.ClientConfig is not { } client)
            at.At("webhookClientConfig").Required("required when strategy is set to Webhook");
        else if (conversion.Strategy == "None" && conversion.Webhook is not null)
            at.At("webhookClientConfig").Forbidden("should not be set when strategy is not set to Webhook");
    }
}

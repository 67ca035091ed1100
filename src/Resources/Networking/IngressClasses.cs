using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>Which controller carries out the ingresses of a class.</summary>
internal sealed class IngressClasses : ResourceDefinition<IngressClass>
{
    private const int MaxControllerLength = 250; // upstream: pkg/apis/networking/validation, maxLenIngressClassController

    protected override void Declare(Declaration<IngressClass> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .WithGeneration()
        .NameColumn()
        .Column("Controller", value => value.Spec.Controller)
        .Column("Parameters", Parameters)
        .AgeColumn();

    protected override IngressClass Default(IngressClass value) => value.Spec.Parameters is { Scope: null } parameters
        ? value with { Spec = value.Spec with { Parameters = parameters with { Scope = "Cluster" } } }
        : value;

    protected override void Validate(IngressClass value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        if (value.Spec.Controller.Length > MaxControllerLength)
            spec.At("controller").TooLong(MaxControllerLength);
        CheckPath(value.Spec.Controller, spec.At("controller"));
        if (value.Spec.Parameters is { } parameters)
            CheckParameters(parameters, spec.At("parameters"));
    }

    protected override void ValidateUpdate(IngressClass value, IngressClass old, FieldErrors errors)
    {
        errors.At("spec").At("controller").Immutable(value.Spec.Controller, old.Spec.Controller, FieldErrors.Quote);
        Validate(value, errors);
    }

    // A name with a prefix that is a domain: "example.com/controller" (apimachinery: IsDomainPrefixedPath).
    private static void CheckPath(string path, FieldErrors at)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (path.Length == 0)
        {
            at.Required();
            return;
        }

        if (slash <= 0 || slash == path.Length - 1)
        {
            at.Invalid(path, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }

        foreach (var complaint in Names.Subdomain(path[..slash]))
            at.Invalid(path[..slash], complaint);
        if (!path[(slash + 1)..].All(IsPathCharacter))
            at.Invalid(path[(slash + 1)..], "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
    }

    private static bool IsPathCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "/-._~%!$&'()*+,;=:".Contains(c, StringComparison.Ordinal);

    private static void CheckParameters(IngressClassParametersReference parameters, FieldErrors at)
    {
        if (parameters.ApiGroup is { } group)
            at.At("apiGroup").Complain(group, Names.Subdomain(group));
        RequireSegment(parameters.Kind, at.At("kind"));
        RequireSegment(parameters.Name, at.At("name"));
        if (parameters.Scope is null)
        {
            at.At("scope").Required();
            return;
        }

        at.At("scope").OneOf(parameters.Scope, "Cluster", "Namespace");
        if (parameters.Scope == "Namespace")
        {
            if (parameters.Namespace is null)
                at.At("namespace").Required("`parameters.scope` is set to 'Namespace'");
            else
                at.At("namespace").Complain(parameters.Namespace, Names.Label(parameters.Namespace));
        }
        else if (parameters is { Scope: "Cluster", Namespace: not null })
            at.At("namespace").Forbidden("`parameters.scope` is set to 'Cluster'");
    }

    private static void RequireSegment(string value, FieldErrors at)
    {
        if (value.Length == 0)
            at.Required();
        else
            at.Complain(value, Names.PathSegment(value, false));
    }

    private static TableCell Parameters(IngressClass value) => value.Spec.Parameters switch
    {
        null => CellTexts.None,
        { ApiGroup: { } group } parameters => $"{parameters.Kind}.{group}/{parameters.Name}",
        { } parameters => $"{parameters.Kind}/{parameters.Name}",
    };
}

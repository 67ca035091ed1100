using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>Says whose an address out of the ranges for services is. Its name is the address.</summary>
internal sealed class IPAddresses : ResourceDefinition<IPAddress>
{
    protected override void Declare(Declaration<IPAddress> resource) => resource
        .Names(CheckName)
        .NameColumn()
        .Column("ParentRef", Parent);

    protected override void Validate(IPAddress value, FieldErrors errors)
    {
        var at = errors.At("spec").At("parentRef");
        if (value.Spec.ParentRef is not { } parent)
        {
            at.Required();
            return;
        }

        if (parent.Group.Length > 0)
            at.At("group").Complain(parent.Group, Names.Subdomain(parent.Group));
        RequireSegment(parent.Resource, at.At("resource"));
        RequireSegment(parent.Name, at.At("name"));
        if (parent.Namespace.Length > 0)
            at.At("namespace").Complain(parent.Namespace, Names.PathSegment(parent.Namespace, false));
    }

    protected override void ValidateUpdate(IPAddress value, IPAddress old, FieldErrors errors)
    {
        Validate(value, errors);
        if (value.Spec != old.Spec)
            errors.At("spec").At("parentRef").InvalidPrinted("{}", "field is immutable");
    }

    private static void RequireSegment(string value, FieldErrors at)
    {
        if (value.Length == 0)
            at.Required();
        else
            at.Complain(value, Names.PathSegment(value, false));
    }

    private static IEnumerable<string> CheckName(string name, bool isPrefix) => NetworkChecks.ParseIp(name) switch
    {
        null => ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"],
        { } address when address.ToString() != name => [$"must be in canonical form (\"{address}\")"],
        _ => [],
    };

    private static TableCell Parent(IPAddress value) => value.Spec.ParentRef is not { } parent
        ? CellTexts.None
        : string.Join("/", new[] { parent.Group.Length > 0 ? $"{parent.Resource}.{parent.Group}" : parent.Resource, parent.Namespace, parent.Name }.Where(part => part.Length > 0));
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.ApiRegistration;

namespace ControlPlane.Resources.ApiRegistration;

/// <summary>Which server answers for a version of a group.</summary>
internal sealed class APIServices : ResourceDefinition<APIService>
{
    private const int MaxGroupPriority = 20000; // kube-aggregator: pkg/apis/apiregistration/validation
    private const int MaxVersionPriority = 1000;

    protected override void Declare(Declaration<APIService> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .WithStatus((value, other) => value with { Status = other.Status })
        .ResetFields("status")
        .StatusResetFields("spec")
        .UpdateNeedsVersion()
        .Names(Names.PathSegment)
        .NameColumn()
        .Column("Service", value => value.Spec.Service is { } service ? $"{service.Namespace}/{service.Name}" : "Local")
        .Column("Available", Availability)
        .AgeColumn();

    protected override APIService Default(APIService value) => value.Spec.Service is { Port: null } service
        ? value with { Spec = value.Spec with { Service = service with { Port = 443 } } }
        : value;

    protected override void Validate(APIService value, FieldErrors errors)
    {
        var (service, spec) = (value.Spec, errors.At("spec"));
        var name = $"{service.Version}.{service.Group}";
        if (value.Metadata.Name.Length > 0 && value.Metadata.Name != name)
            errors.At("metadata").At("name").Invalid(value.Metadata.Name, $"must be `spec.version+\".\"+spec.group`: {FieldErrors.Quote(name)}");
        if (service.Group.Length == 0)
        {
            if (service.Version != "v1")
                spec.At("group").Required("only v1 may have an empty group and it better be legacy kube");
        }
        else
            spec.At("group").Complain(service.Group, Names.Subdomain(service.Group));

        spec.At("version").Complain(service.Version, Names.Label1035(service.Version));
        CheckPriority(service.GroupPriorityMinimum, MaxGroupPriority, spec.At("groupPriorityMinimum"));
        CheckPriority(service.VersionPriority, MaxVersionPriority, spec.At("versionPriority"));
        CheckServer(service, spec);
    }

    private static void CheckPriority(int priority, int max, FieldErrors at)
    {
        if (priority <= 0 || priority > max)
            at.Invalid(priority, FormattableString.Invariant($"must be positive and less than {max}"));
    }

    private static void CheckServer(APIServiceSpec service, FieldErrors spec)
    {
        if (service.Service is not { } server)
        {
            if (!service.CaBundle.IsEmpty)
                spec.At("caBundle").Invalid($"{service.CaBundle.Length} bytes", "local APIServices may not have a caBundle");
            if (service.InsecureSkipTLSVerify)
                spec.At("insecureSkipTLSVerify").Invalid(true, "local APIServices may not have insecureSkipTLSVerify");
            return;
        }

        if (server.Namespace.Length == 0)
            spec.At("service").At("namespace").Required();
        if (server.Name.Length == 0)
            spec.At("service").At("name").Required();
        if (server.Port is { } port and (< 1 or > 65535))
            spec.At("service").At("port").Invalid(port, "port is not valid: must be between 1 and 65535, inclusive");
        if (service.InsecureSkipTLSVerify && !service.CaBundle.IsEmpty)
            spec.At("insecureSkipTLSVerify").Invalid(true, "may not be true if caBundle is present");
    }

    private static TableCell Availability(APIService value) => value.Status.Conditions.FirstOrDefault(condition => condition.Type == "Available") switch
    {
        null => "Unknown",
        { Status: "True" } => "True",
        { } condition => $"{condition.Status} ({condition.Reason})",
    };
}

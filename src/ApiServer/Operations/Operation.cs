using ControlPlane.ApiServer.Admission;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Registry;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Features;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Operations;

/// <summary>One thing that one user does to one resource, however it came here: over HTTP or in process.</summary>
internal sealed record Operation
{
    /// <summary>To what.</summary>
    public required ServedResource Resource { get; init; }

    /// <summary>"" for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>"" for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>"" for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>Who.</summary>
    public required UserInfo User { get; init; }

    /// <summary>What a field manager is called that has no other name: the client's program.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>How writes are to be done.</summary>
    public WriteParameters Parameters { get; init; } = WriteParameters.Default;

    /// <summary>Takes texts for the Warning header.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Which object.</summary>
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>The resource's objects.</summary>
    public ResourceStore Store => Resource.Store;

    /// <summary>Who manages the fields that this write sets (apiserver: managerOrUserAgent).</summary>
    public string Manager
    {
        get
        {
            if (Parameters.FieldManager.Length > 0)
                return Parameters.FieldManager;
            var program = UserAgent.Split('/')[0];
            var printable = string.Concat(program.Where(c => !char.IsControl(c)));
            return printable.Length <= ManagerCharactersMax ? printable : printable[..ManagerCharactersMax];
        }
    }

    // apimachinery: validation.FieldManagerMaxLength
    private const int ManagerCharactersMax = 128;

    /// <summary>Who writes, and when, for the rules of the kind.</summary>
    public WriteContext Context(DateTimeOffset now, FeatureGates features) => new(User.Name, User.Uid, User.Groups, User.Extra, now, Subresource)
    {
        Version = Resource.Version.Kind.GroupVersion,
        Features = features,
    };

    /// <summary>Who writes, and when, where the kind's rules drop nothing.</summary>
    public WriteContext Context(DateTimeOffset now) => Context(now, FeatureGates.Default);

    /// <summary>The write as admission sees it.</summary>
    public AdmissionRequest Admission(AdmissionOperation operation, IApiObject? value, IApiObject? old) => new(
        operation, Resource.Definition, Resource.Version.Kind, Subresource, Namespace, Name.Length > 0 ? Name : value?.Metadata.Name ?? "", value, old, User, Parameters.DryRun, Warn);
}

using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Admission;

/// <summary>A named gate that writes pass. The order is in <c>AdmissionOrder.cs</c>; a plugin implements one of the two forms below, or both.</summary>
internal interface IAdmissionPlugin
{
    /// <summary>The name as in --enable-admission-plugins.</summary>
    string Name { get; }

    /// <summary>Does it care for such a write at all? Asked before the object is decoded further.</summary>
    bool Handles(AdmissionRequest request);
}

/// <summary>Changes objects before they are validated.</summary>
internal interface IMutatingAdmission : IAdmissionPlugin
{
    /// <summary>The object as it shall be; the same reference when there is nothing to change.</summary>
    /// <exception cref="Machinery.Errors.ApiException">The write is refused.</exception>
    ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel);
}

/// <summary>Refuses objects after they have been validated.</summary>
internal interface IValidatingAdmission : IAdmissionPlugin
{
    /// <summary>Returns when all is well.</summary>
    /// <exception cref="Machinery.Errors.ApiException">The write is refused.</exception>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel);
}

/// <summary>A write as admission sees it.</summary>
/// <param name="Operation">CREATE, UPDATE, DELETE or CONNECT.</param>
/// <param name="Definition">The resource.</param>
/// <param name="Version">The version that the client speaks.</param>
/// <param name="Subresource">"" for the object itself.</param>
/// <param name="Namespace">"" for cluster-scoped resources.</param>
/// <param name="Name">"" where the server will choose it.</param>
/// <param name="Object">The new object; null for DELETE.</param>
/// <param name="Old">The object before; null for CREATE.</param>
/// <param name="User">Who writes.</param>
/// <param name="DryRun">Nothing will be stored; plugins must have no side effects.</param>
/// <param name="Warn">Adds a text for the Warning header.</param>
internal sealed record AdmissionRequest(
    AdmissionOperation Operation,
    ResourceDefinition Definition,
    GroupVersionKind Version,
    string Subresource,
    string Namespace,
    string Name,
    IApiObject? Object,
    IApiObject? Old,
    UserInfo User,
    bool DryRun,
    Action<string> Warn);

/// <summary>What is done.</summary>
internal enum AdmissionOperation
{
    /// <summary>POST, or PUT and apply to a name that does not exist.</summary>
    Create,

    /// <summary>PUT, PATCH.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>exec, attach, port-forward, proxy.</summary>
    Connect,
}

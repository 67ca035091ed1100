using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>A subresource that is a connection rather than an object: log, exec, attach, portforward, proxy.</summary>
internal interface IConnector
{
    /// <summary>The resource: "pods".</summary>
    GroupResource Resource { get; }

    /// <summary>The subresource: "exec".</summary>
    string Subresource { get; }

    /// <summary>Serves the request; admission has seen it.</summary>
    /// <exception cref="Machinery.Errors.ApiException">It is refused.</exception>
    Task ConnectAsync(ApiContext context, Operation operation);
}

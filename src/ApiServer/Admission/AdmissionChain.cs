using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Runs the plugins of one server in their order.</summary>
/// <param name="order">See <see cref="AdmissionOrder"/>.</param>
internal sealed class AdmissionChain(ImmutableArray<IAdmissionPlugin> order)
{
    private readonly ImmutableArray<IMutatingAdmission> _mutating = [.. order.OfType<IMutatingAdmission>()];
    private readonly ImmutableArray<IValidatingAdmission> _validating = [.. order.OfType<IValidatingAdmission>()];

    /// <summary>Lets every plugin change the object; each sees what those before it made of it.</summary>
    /// <exception cref="Machinery.Errors.ApiException">A plugin refuses.</exception>
    public async ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        foreach (var plugin in _mutating)
        {
            if (!plugin.Handles(request))
                continue;
            var made = await plugin.MutateAsync(request, cancel);
            if (!ReferenceEquals(made, request.Object))
                request = request with { Object = made };
        }

        return request.Object;
    }

    /// <summary>Asks every plugin whether the write is allowed.</summary>
    /// <exception cref="Machinery.Errors.ApiException">A plugin refuses.</exception>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        foreach (var plugin in _validating)
        {
            if (plugin.Handles(request))
                await plugin.ValidateAsync(request, cancel);
        }
    }
}

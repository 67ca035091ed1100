namespace ControlPlane.Node.Volumes;

/// <summary>The kinds of volumes that this node makes.</summary>
internal sealed class VolumeKinds
{
    private readonly IVolumeKind[] _kinds =
    [
        new EmptyDirVolumes(), new HostPathVolumes(), new ConfigMapVolumes(), new SecretVolumes(), new DownwardVolumes(), new ProjectedVolumes(),
    ];

    /// <summary>Makes the volume, or brings it up to date; answers its path on the host.</summary>
    /// <exception cref="VolumeException">It can't be made as the pod says, or is of a kind that this node doesn't make.</exception>
    public Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel) =>
        (_kinds.FirstOrDefault(kind => kind.Handles(request.Volume)) ?? throw new VolumeException("no volume plugin matched")).SetUpAsync(request, cancel);
}

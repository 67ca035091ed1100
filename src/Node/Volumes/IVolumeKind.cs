using ControlPlane.Node.Pods;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>One volume of one pod.</summary>
/// <param name="Volume">As the pod has it.</param>
/// <param name="Pod">The pod.</param>
internal sealed record VolumeRequest(Volume Volume, PodContext Pod)
{
    /// <summary>Where a kind keeps this volume ("kubernetes.io~secret").</summary>
    public string DirectoryFor(string kind) => Pod.Node.Directories.OfVolume(Pod.Pod.Metadata.Uid, kind, Volume.Name);

    /// <summary>The group that its files are to belong to; null for none in particular.</summary>
    public long? Group => Pod.Pod.Spec.SecurityContext?.FsGroup;
}

/// <summary>
/// A kind of volume. Set-up is called again and again while the pod lives and brings the volume up to date. There is no tear-down: all that a volume has lies below
/// the pod's directory, where <see cref="MountedTree"/> finds and unmounts it, whoever set it up.
/// </summary>
internal interface IVolumeKind
{
    /// <summary>Is it one of this kind?</summary>
    bool Handles(Volume volume);

    /// <summary>Makes it, or brings it up to date.</summary>
    /// <returns>Its path on the host.</returns>
    /// <exception cref="VolumeException">It can't be made as the pod says.</exception>
    /// <exception cref="IOException">The disk says no.</exception>
    Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel);
}

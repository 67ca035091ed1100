namespace ControlPlane.Node.Volumes;

/// <summary>A volume can't be set up; the message is what the pod's FailedMount event shows.</summary>
internal sealed class VolumeException(string message) : Exception(message);

namespace ControlPlane.Node.Pods.Containers;

/// <summary>A container can't be made as the pod says; the message is what its status shows under CreateContainerConfigError.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);

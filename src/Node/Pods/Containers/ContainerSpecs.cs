using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What a container is asked to be: the pod's words, with everything looked up that they refer to.</summary>
internal sealed class ContainerSpecs(ContainerMounts mounts)
{
    /// <summary>The spec for one start.</summary>
    /// <exception cref="ContainerConfigException">It can't be made as the pod says.</exception>
    /// <exception cref="TimeoutException">The API doesn't show what it refers to.</exception>
    /// <exception cref="IOException">A file for it can't be written.</exception>
    public async Task<ContainerSpec> BuildAsync(PodContext pod, IContainer container, Image image, uint attempt, CancellationToken cancel)
    {
        var variables = pod.Node.IsSimulated ? LiteralsOf(container) : await ContainerEnvironment.BuildAsync(pod, container, cancel);
        return new ContainerSpec
        {
            Name = container.Name,
            Attempt = attempt,
            Image = image.Id,
            RequestedImage = container.Image,
            Command = [.. container.Command.Select(text => VariableExpansion.Expand(text, variables))],
            Arguments = [.. container.Args.Select(text => VariableExpansion.Expand(text, variables))],
            WorkingDirectory = container.WorkingDir,
            Environment = [.. variables.Select(static variable => new EnvironmentVariable(variable.Key, variable.Value))],
            Mounts = pod.Node.IsSimulated ? [] : mounts.Build(pod, container, attempt, variables),
            Labels = PodLabels.OfContainer(pod.Pod, container),
            Annotations = PodLabels.AnnotationsOf(pod.Pod, container, attempt),
            LogPath = PodDirectories.LogFile(container.Name, attempt),
            Stdin = container.Stdin,
            StdinOnce = container.StdinOnce,
            Tty = container.Tty,
            StopSignal = container.Lifecycle?.StopSignal ?? "",
            Resources = ContainerLimits.Of(pod.Pod, container, pod.Node.Capacity),
            Security = SecurityContexts.OfContainer(pod.Pod, container, image),
        };
    }

    /// <summary>Nothing is executed on a simulated node: only what scripts its containers counts.</summary>
    private static OrderedDictionary<string, string> LiteralsOf(IContainer container)
    {
        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in container.Env.Where(static variable => variable.ValueFrom is null))
            variables[variable.Name] = variable.Value;
        return variables;
    }
}

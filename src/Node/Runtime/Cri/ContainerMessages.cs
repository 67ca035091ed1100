using ControlPlane.Node.Runtime.Cri.Protocol;
using Google.Protobuf;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Containers to and from CRI's messages.</summary>
internal static class ContainerMessages
{
    /// <summary>What a container is asked to be.</summary>
    public static ContainerConfig ToMessage(ContainerSpec spec)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = spec.Name, Attempt = spec.Attempt },
            Image = new ImageSpec { Image = spec.Image, UserSpecifiedImage = spec.RequestedImage },
            Command = { spec.Command },
            Args = { spec.Arguments },
            WorkingDir = spec.WorkingDirectory,
            LogPath = spec.LogPath,
            Stdin = spec.Stdin,
            StdinOnce = spec.StdinOnce,
            Tty = spec.Tty,
            StopSignal = SignalNames.ToMessage(spec.StopSignal),
            Linux = new LinuxContainerConfig
            {
                Resources = ResourceMessages.ToMessage(spec.Resources),
                SecurityContext = SecurityMessages.ToContainer(spec.Security),
            },
        };
        config.Envs.Add(spec.Environment.Select(variable => new KeyValue { Key = variable.Name, Value = ByteString.CopyFromUtf8(variable.Value) }));
        config.Mounts.Add(spec.Mounts.Select(ToMessage));
        config.Devices.Add(spec.Devices.Select(device =>
            new Protocol.Device { ContainerPath = device.ContainerPath, HostPath = device.HostPath, Permissions = device.Permissions }));
        config.CDIDevices.Add(spec.CdiDevices.Select(name => new CDIDevice { Name = name }));
        CriValues.Copy(spec.Labels, config.Labels);
        CriValues.Copy(spec.Annotations, config.Annotations);
        return config;
    }

    /// <summary>Which containers.</summary>
    public static Protocol.ContainerFilter ToMessage(ContainerFilter filter)
    {
        var message = new Protocol.ContainerFilter { Id = filter.Id?.Value ?? "", PodSandboxId = filter.Sandbox?.Value ?? "" };
        if (filter.State is { } state)
            message.State = new ContainerStateValue { State = (Protocol.ContainerState)state };
        CriValues.Copy(filter.Labels, message.LabelSelector);
        return message;
    }

    /// <summary>A container of a list.</summary>
    public static Container FromMessage(Protocol.Container container) => new()
    {
        Id = new ContainerId(container.Id),
        Sandbox = new SandboxId(container.PodSandboxId),
        Name = container.Metadata.Name,
        Attempt = container.Metadata.Attempt,
        State = (ContainerState)container.State,
        CreatedAt = CriValues.Time(container.CreatedAt),
        Image = container.Image?.Image ?? "",
        ImageReference = container.ImageRef,
        Labels = CriValues.Copy(container.Labels),
        Annotations = CriValues.Copy(container.Annotations),
    };

    /// <summary>A container in full.</summary>
    public static ContainerStatus FromMessage(Protocol.ContainerStatus status) => new()
    {
        Id = new ContainerId(status.Id),
        Name = status.Metadata.Name,
        Attempt = status.Metadata.Attempt,
        State = (ContainerState)status.State,
        CreatedAt = CriValues.Time(status.CreatedAt),
        StartedAt = CriValues.TimeOrNull(status.StartedAt),
        FinishedAt = CriValues.TimeOrNull(status.FinishedAt),
        ExitCode = status.ExitCode,
        Reason = status.Reason,
        Message = status.Message,
        Image = status.Image?.Image ?? "",
        ImageReference = status.ImageRef,
        ImageId = status.ImageId,
        LogPath = status.LogPath,
        Mounts = [.. status.Mounts.Select(FromMessage)],
        Resources = ResourceMessages.FromMessage(status.Resources?.Linux),
        User = status.User?.Linux is { } user ? new ContainerUser(user.Uid, user.Gid, [.. user.SupplementalGroups]) : null,
        StopSignal = SignalNames.FromMessage(status.StopSignal),
        Labels = CriValues.Copy(status.Labels),
        Annotations = CriValues.Copy(status.Annotations),
    };

    private static Protocol.Mount ToMessage(Mount mount) => new()
    {
        ContainerPath = mount.ContainerPath,
        HostPath = mount.HostPath,
        Readonly = mount.ReadOnly,
        RecursiveReadOnly = mount.RecursiveReadOnly,
        Propagation = (Protocol.MountPropagation)mount.Propagation,
        SelinuxRelabel = mount.SelinuxRelabel,
        Image = mount.Image is { } image ? new ImageSpec { Image = image } : null,
    };

    private static Mount FromMessage(Protocol.Mount mount) => new(mount.ContainerPath, mount.HostPath)
    {
        ReadOnly = mount.Readonly,
        RecursiveReadOnly = mount.RecursiveReadOnly,
        Propagation = (MountPropagation)mount.Propagation,
        SelinuxRelabel = mount.SelinuxRelabel,
        Image = mount.Image?.Image,
    };
}

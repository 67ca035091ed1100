using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>
/// A container's variables, in this order, later ones hiding earlier ones: Services, envFrom, env. A value may refer to what stands before it.
/// </summary>
internal static class ContainerEnvironment
{
    /// <summary>Looks all of it up.</summary>
    /// <exception cref="ContainerConfigException">Something that is not optional is missing.</exception>
    /// <exception cref="TimeoutException">The API doesn't show what is referred to.</exception>
    public static async Task<OrderedDictionary<string, string>> BuildAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in ServiceVariables.Of(pod.Node.Services?.Store.List() ?? [], pod.Pod.Metadata.Namespace, pod.Pod.Spec.EnableServiceLinks ?? true))
            variables[name] = value;
        foreach (var source in container.EnvFrom.AsEnumerable())
            await AddAllAsync(pod, source, variables, cancel);
        foreach (var variable in container.Env.AsEnumerable())
        {
            if (await ValueOfAsync(pod, container, variable, variables, cancel) is { } value)
                variables[variable.Name] = value;
        }
        return variables;
    }

    private static async Task AddAllAsync(PodContext pod, EnvFromSource source, OrderedDictionary<string, string> variables, CancellationToken cancel)
    {
        if (source.ConfigMapRef is { } configMap)
        {
            foreach (var (key, value) in (await FindConfigMapAsync(pod, configMap.Name, configMap.Optional, cancel))?.Data ?? [])
                variables[source.Prefix + key] = value;
        }
        else if (source.SecretRef is { } secret)
        {
            foreach (var (key, value) in (await FindSecretAsync(pod, secret.Name, secret.Optional, cancel))?.Data ?? [])
                variables[source.Prefix + key] = value.ToText();
        }
    }

    /// <summary>Null for what is optional and missing.</summary>
    private static async Task<string?> ValueOfAsync(
        PodContext pod, IContainer container, EnvVar variable, OrderedDictionary<string, string> before, CancellationToken cancel) => variable.ValueFrom switch
        {
            null => VariableExpansion.Expand(variable.Value, before),
            { FieldRef: { } field } => PodFields.Read(pod, field.FieldPath),
            { ResourceFieldRef: { } resource } => PodFields.Read(pod, container, resource),
            { ConfigMapKeyRef: { } reference } => await ReadAsync(pod, reference, cancel),
            { SecretKeyRef: { } reference } => await ReadAsync(pod, reference, cancel),
            _ => throw new ContainerConfigException($"the source of the variable {variable.Name} is not supported"),
        };

    private static async Task<string?> ReadAsync(PodContext pod, ConfigMapKeySelector reference, CancellationToken cancel)
    {
        if (await FindConfigMapAsync(pod, reference.Name, reference.Optional, cancel) is not { } configMap)
            return null;
        if (configMap.Data.TryGetValue(reference.Key, out var value))
            return value;
        return reference.Optional == true ? null : throw new ContainerConfigException($"couldn't find key {reference.Key} in ConfigMap {pod.Pod.Metadata.Namespace}/{reference.Name}");
    }

    private static async Task<string?> ReadAsync(PodContext pod, SecretKeySelector reference, CancellationToken cancel)
    {
        if (await FindSecretAsync(pod, reference.Name, reference.Optional, cancel) is not { } secret)
            return null;
        if (secret.Data.TryGetValue(reference.Key, out var value))
            return value.ToText();
        return reference.Optional == true ? null : throw new ContainerConfigException($"couldn't find key {reference.Key} in Secret {pod.Pod.Metadata.Namespace}/{reference.Name}");
    }

    private static async Task<ConfigMap?> FindConfigMapAsync(PodContext pod, string name, bool? optional, CancellationToken cancel) =>
        await pod.Node.ConfigMaps.FindAsync(new ObjectKey(pod.Pod.Metadata.Namespace, name), pod.Pod.Metadata.Uid, pod.Wake, cancel)
        ?? (optional == true ? null : throw new ContainerConfigException($"configmap \"{name}\" not found"));

    private static async Task<Secret?> FindSecretAsync(PodContext pod, string name, bool? optional, CancellationToken cancel) =>
        await pod.Node.Secrets.FindAsync(new ObjectKey(pod.Pod.Metadata.Namespace, name), pod.Pod.Metadata.Uid, pod.Wake, cancel)
        ?? (optional == true ? null : throw new ContainerConfigException($"secret \"{name}\" not found"));
}

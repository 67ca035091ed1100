using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>The files that ConfigMaps, Secrets and the pod itself become in volumes; projected volumes put several of them together.</summary>
internal static class VolumeContents
{
    /// <summary>Permissions where a volume says nothing. API default: 0644.</summary>
    public const int DefaultMode = 0b110_100_100;

    /// <summary>A ConfigMap's keys as files.</summary>
    /// <exception cref="VolumeException">It, or a key of it, is missing and not optional.</exception>
    public static async Task<IReadOnlyList<VolumeFile>> OfConfigMapAsync(
        PodContext pod, string name, ValueList<KeyToPath> items, bool isOptional, int mode, CancellationToken cancel)
    {
        var configMap = await pod.Node.ConfigMaps.FindAsync(new ObjectKey(pod.Pod.Metadata.Namespace, name), pod.Pod.Metadata.Uid, pod.Wake, cancel);
        if (configMap is null)
            return isOptional ? [] : throw new VolumeException($"configmap \"{name}\" not found");
        var data = new Dictionary<string, ByteString>(configMap.BinaryData);
        foreach (var (key, value) in configMap.Data)
            data[key] = ByteString.FromText(value);
        return Choose(data, items, isOptional, mode, static key => $"configmap references non-existent config key: {key}");
    }

    /// <summary>A Secret's keys as files.</summary>
    /// <exception cref="VolumeException">It, or a key of it, is missing and not optional.</exception>
    public static async Task<IReadOnlyList<VolumeFile>> OfSecretAsync(
        PodContext pod, string name, ValueList<KeyToPath> items, bool isOptional, int mode, CancellationToken cancel)
    {
        var secret = await pod.Node.Secrets.FindAsync(new ObjectKey(pod.Pod.Metadata.Namespace, name), pod.Pod.Metadata.Uid, pod.Wake, cancel);
        if (secret is null)
            return isOptional ? [] : throw new VolumeException($"secret \"{name}\" not found");
        return Choose(new Dictionary<string, ByteString>(secret.Data), items, isOptional, mode, static key => $"references non-existent secret key: {key}");
    }

    /// <summary>What the pod says of itself, as files.</summary>
    /// <exception cref="VolumeException">There is no such field.</exception>
    public static IReadOnlyList<VolumeFile> OfPod(PodContext pod, ValueList<DownwardAPIVolumeFile> items, int mode)
    {
        try
        {
            return [.. items.Select(item => new VolumeFile(item.Path, ByteString.FromText(TextOf(pod, item)), item.Mode ?? mode))];
        }
        catch (ContainerConfigException unknown)
        {
            throw new VolumeException(unknown.Message);
        }
    }

    private static string TextOf(PodContext pod, DownwardAPIVolumeFile item) => item switch
    {
        { FieldRef: { } field } => PodFields.Read(pod, field.FieldPath),
        { ResourceFieldRef: { } resource } => PodFields.Read(pod, pod.Pod.Spec.Containers[0], resource),
        _ => "",
    };

    private static IReadOnlyList<VolumeFile> Choose(
        Dictionary<string, ByteString> data, ValueList<KeyToPath> items, bool isOptional, int mode, Func<string, string> missing)
    {
        if (items.IsEmpty)
            return [.. data.Select(entry => new VolumeFile(entry.Key, entry.Value, mode))];
        var files = new List<VolumeFile>();
        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var content))
                files.Add(new VolumeFile(item.Path, content, item.Mode ?? mode));
            else if (!isOptional)
                throw new VolumeException(missing(item.Key));
        }
        return files;
    }
}

using System.Text;
using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Node.Images;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>The credentials in a pod's imagePullSecrets that are for an image's registry.</summary>
internal static class PullSecrets
{
    /// <summary>In the order in which the pod names the Secrets, the closest entry of each first.</summary>
    public static async Task<IReadOnlyList<RegistryCredentials>> FindAsync(PodContext pod, string image, CancellationToken cancel)
    {
        var found = new List<RegistryCredentials>();
        foreach (var reference in pod.Pod.Spec.ImagePullSecrets.AsEnumerable())
        {
            var key = new ObjectKey(pod.Pod.Metadata.Namespace, reference.Name);
            if (await pod.Node.Secrets.FindAsync(key, pod.Pod.Metadata.Uid, pod.Wake, cancel) is { } secret)
                found.AddRange(Read(secret, ImageName.Normalize(image)));
        }
        return found;
    }

    /// <summary>The entries of one Secret that fit an image's full name.</summary>
    internal static IEnumerable<RegistryCredentials> Read(Secret secret, string image)
    {
        var document = secret.Type == "kubernetes.io/dockercfg" ? secret.Data.Find(".dockercfg") : secret.Data.Find(".dockerconfigjson");
        if (document.IsEmpty)
            return [];
        try
        {
            using var json = JsonDocument.Parse(document.Memory);
            var entries = json.RootElement.TryGetProperty("auths", out var auths) ? auths : json.RootElement;
            return [.. entries.EnumerateObject()
                .Where(entry => RegistryPattern.Matches(entry.Name, image))
                .OrderByDescending(entry => entry.Name.Length)
                .Select(entry => Read(entry.Value))];
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            return []; // a broken Secret is none (kubelet skips it as well)
        }
    }

    // Without the server's address: the entry fits, and runtimes take only some of its forms (kubelet sends none either).
    private static RegistryCredentials Read(JsonElement entry)
    {
        var pair = TextOf(entry, "auth") is { Length: > 0 } auth ? Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2) : [];
        return new RegistryCredentials
        {
            UserName = pair is [var user, _] ? user : TextOf(entry, "username"),
            Password = pair is [_, var password] ? password : TextOf(entry, "password"),
            IdentityToken = TextOf(entry, "identitytoken"),
            RegistryToken = TextOf(entry, "registrytoken"),
        };
    }

    private static string TextOf(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

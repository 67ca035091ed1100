using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Gives every pod its service account: the name, the token where containers look for it, and the account's pull secrets (plugin/pkg/admission/serviceaccount).</summary>
internal sealed class ServiceAccountAdmission(ResourceCatalog catalog, Random random, TimeProvider time) : IMutatingAdmission, IValidatingAdmission
{
    private const string Default = "default";
    private const int DefaultLooks = 10; // plugin/pkg/admission/serviceaccount: numAttempts, while the default account of a new namespace is being made
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const string RootCertificates = "kube-root-ca.crt";
    private const long TokenSeconds = Authentication.ServiceAccounts.ServiceAccountTokens.WarnOnlySeconds;

    // apimachinery: rand.String leaves out what could spell words.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100); // the same: retryInterval, and as much again by chance
    private static readonly GroupResource Accounts = new("", "serviceaccounts");

    /// <inheritdoc/>
    public string Name => "ServiceAccount";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.IsNewPod;

    /// <inheritdoc/>
    public async ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var pod = (Pod)request.Object!;
        return IsMirror(pod) ? Checked(pod, request) : await CompletedAsync(pod, request, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var pod = (Pod)request.Object!;
        if (!IsMirror(pod))
            await FindAsync(pod, request, cancel);
    }

    private static bool IsMirror(Pod pod) => pod.Metadata.Annotations.ContainsKey(PodAdmission.MirrorAnnotation);

    private static Pod Checked(Pod pod, AdmissionRequest request)
    {
        if (pod.Spec.ServiceAccountName.Length > 0)
            throw Forbidden(request, "a mirror pod may not reference service accounts");
        if (pod.Spec.Volumes.Any(volume => volume.Projected?.Sources.Any(source => source.ServiceAccountToken is not null) == true))
            throw Forbidden(request, "a mirror pod may not use ServiceAccountToken volume projections");
        return pod;
    }

    private async ValueTask<Pod> CompletedAsync(Pod pod, AdmissionRequest request, CancellationToken cancel)
    {
        if (pod.Spec.ServiceAccountName.Length == 0)
            pod = pod with { Spec = pod.Spec with { ServiceAccountName = Default, ServiceAccount = Default } };
        var account = await FindAsync(pod, request, cancel);
        if (pod.Spec.AutomountServiceAccountToken ?? account.AutomountServiceAccountToken ?? true)
            pod = pod with { Spec = Mounted(pod.Spec) };
        if (pod.Spec.ImagePullSecrets.IsEmpty && !account.ImagePullSecrets.IsEmpty)
            pod = pod with { Spec = pod.Spec with { ImagePullSecrets = account.ImagePullSecrets } };
        return pod;
    }

    private async ValueTask<ServiceAccount> FindAsync(Pod pod, AdmissionRequest request, CancellationToken cancel)
    {
        var name = pod.Spec.ServiceAccountName;
        var key = new ObjectKey(request.Namespace, name);
        for (var looks = name == Default ? DefaultLooks : 1; looks > 0; looks--)
        {
            if (await catalog.FindAsync<ServiceAccount>(Accounts, key, cancel) is { } found)
                return found;
            if (looks > 1)
                await Task.Delay(Pause + Chance(Pause), time, cancel);
        }

        throw Forbidden(request, $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found");
    }

    private TimeSpan Chance(TimeSpan most)
    {
        lock (random)
            return most * random.NextDouble();
    }

    private PodSpec Mounted(PodSpec spec)
    {
        var volume = spec.Volumes.FirstOrDefault(one => one.Name.StartsWith(VolumePrefix, StringComparison.Ordinal))?.Name;
        var name = volume ?? VolumePrefix + Suffix();
        var mount = new VolumeMount { Name = name, ReadOnly = true, MountPath = MountPath };
        if (!spec.Containers.Any(LacksMount) && !spec.InitContainers.Any(LacksMount))
            return spec;
        return spec with
        {
            InitContainers = spec.InitContainers.IsEmpty ? spec.InitContainers : spec.InitContainers.Select(one => WithMount(one, mount)).ToValueList(),
            Containers = spec.Containers.Select(one => WithMount(one, mount)).ToValueList(),
            Volumes = volume is not null ? spec.Volumes : spec.Volumes.Append(TokenVolume(name)).ToValueList(),
        };
    }

    private static bool LacksMount(Container container) => !container.VolumeMounts.Any(mount => mount.MountPath == MountPath);

    private static Container WithMount(Container container, VolumeMount mount) =>
        LacksMount(container) ? container with { VolumeMounts = container.VolumeMounts.Append(mount).ToValueList() } : container;

    private static Volume TokenVolume(string name) => new()
    {
        Name = name,
        Projected = new ProjectedVolumeSource
        {
            DefaultMode = 420, // 0644
            Sources =
            [
                new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token", ExpirationSeconds = TokenSeconds } },
                new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = RootCertificates, Items = [new KeyToPath { Key = "ca.crt", Path = "ca.crt" }] } },
                new VolumeProjection
                {
                    DownwardAPI = new DownwardAPIProjection
                    {
                        Items = [new DownwardAPIVolumeFile { Path = "namespace", FieldRef = new ObjectFieldSelector { ApiVersion = "v1", FieldPath = "metadata.namespace" } }],
                    },
                },
            ],
        },
    };

    private string Suffix()
    {
        lock (random)
            return string.Create(5, random, static (text, from) => from.GetItems(Letters, text));
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) => ApiError.Forbidden(request.Definition.Resource, request.Name, why);
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Who pods are, to the API server.</summary>
internal sealed class ServiceAccounts : ResourceDefinition<ServiceAccount>
{
    private const string EnforceMountableSecrets = "kubernetes.io/enforce-mountable-secrets";

    protected override void Declare(Declaration<ServiceAccount> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .AgeColumn();

    protected override ServiceAccount PrepareForCreate(ServiceAccount value, WriteContext context) => WithNamedSecrets(value);

    protected override ServiceAccount PrepareForUpdate(ServiceAccount value, ServiceAccount old, WriteContext context) => WithNamedSecrets(value);

    protected override IEnumerable<string> Warnings(ServiceAccount value, ServiceAccount? old)
    {
        if (value.Metadata.Annotations.ContainsKey(EnforceMountableSecrets) && old?.Metadata.Annotations.ContainsKey(EnforceMountableSecrets) is not true)
            yield return $"metadata.annotations[{EnforceMountableSecrets}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets";
    }

    // Secrets stand in the account's own namespace: the name is all that is kept of a reference.
    private static ServiceAccount WithNamedSecrets(ServiceAccount value) => value.Secrets.IsEmpty
        ? value
        : value with { Secrets = value.Secrets.Select(secret => new ObjectReference { Name = secret.Name }).ToValueList() };
}

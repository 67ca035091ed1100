using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Webhooks that may change what is written.</summary>
internal sealed class MutatingWebhookConfigurations : ResourceDefinition<MutatingWebhookConfiguration>
{
    protected override void Declare(Declaration<MutatingWebhookConfiguration> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Webhooks", value => value.Webhooks.Count, type: "integer")
        .AgeColumn();

    protected override MutatingWebhookConfiguration Default(MutatingWebhookConfiguration value) =>
        value with { Webhooks = value.Webhooks.DefaultEach(WithDefaults) };

    protected override void Validate(MutatingWebhookConfiguration value, FieldErrors errors) =>
        WebhookChecks.Check(value.Webhooks.Select(Common), knewVersions: true, errors.At("webhooks"));

    protected override void ValidateUpdate(MutatingWebhookConfiguration value, MutatingWebhookConfiguration old, FieldErrors errors) =>
        WebhookChecks.Check(value.Webhooks.Select(Common), WebhookChecks.KnowVersions(old.Webhooks.Select(hook => hook.AdmissionReviewVersions)), errors.At("webhooks"));

    private static MutatingWebhook WithDefaults(MutatingWebhook hook) => hook with
    {
        FailurePolicy = hook.FailurePolicy ?? "Fail",
        MatchPolicy = hook.MatchPolicy ?? "Equivalent",
        NamespaceSelector = hook.NamespaceSelector ?? new LabelSelector(),
        ObjectSelector = hook.ObjectSelector ?? new LabelSelector(),
        TimeoutSeconds = hook.TimeoutSeconds ?? AdmissionDefaults.TimeoutSeconds,
        ReinvocationPolicy = hook.ReinvocationPolicy ?? "Never",
        Rules = AdmissionDefaults.WithScopes(hook.Rules),
        ClientConfig = AdmissionDefaults.WithPort(hook.ClientConfig),
    };

    private static Webhook Common(MutatingWebhook hook) => new(
        hook.Name,
        hook.ClientConfig,
        hook.Rules,
        hook.FailurePolicy,
        hook.MatchPolicy,
        hook.NamespaceSelector,
        hook.ObjectSelector,
        hook.SideEffects,
        hook.TimeoutSeconds,
        hook.AdmissionReviewVersions,
        hook.MatchConditions,
        hook.ReinvocationPolicy);
}

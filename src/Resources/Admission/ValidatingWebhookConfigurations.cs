using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Webhooks that may refuse what is written.</summary>
internal sealed class ValidatingWebhookConfigurations : ResourceDefinition<ValidatingWebhookConfiguration>
{
    protected override void Declare(Declaration<ValidatingWebhookConfiguration> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Webhooks", value => value.Webhooks.Count, type: "integer")
        .AgeColumn();

    protected override ValidatingWebhookConfiguration Default(ValidatingWebhookConfiguration value) =>
        value with { Webhooks = value.Webhooks.DefaultEach(WithDefaults) };

    protected override void Validate(ValidatingWebhookConfiguration value, FieldErrors errors) =>
        WebhookChecks.Check(value.Webhooks.Select(Common), knewVersions: true, errors.At("webhooks"));

    protected override void ValidateUpdate(ValidatingWebhookConfiguration value, ValidatingWebhookConfiguration old, FieldErrors errors) =>
        WebhookChecks.Check(value.Webhooks.Select(Common), WebhookChecks.KnowVersions(old.Webhooks.Select(hook => hook.AdmissionReviewVersions)), errors.At("webhooks"));

    private static ValidatingWebhook WithDefaults(ValidatingWebhook hook) => hook with
    {
        FailurePolicy = hook.FailurePolicy ?? "Fail",
        MatchPolicy = hook.MatchPolicy ?? "Equivalent",
        NamespaceSelector = hook.NamespaceSelector ?? new LabelSelector(),
        ObjectSelector = hook.ObjectSelector ?? new LabelSelector(),
        TimeoutSeconds = hook.TimeoutSeconds ?? AdmissionDefaults.TimeoutSeconds,
        Rules = AdmissionDefaults.WithScopes(hook.Rules),
        ClientConfig = AdmissionDefaults.WithPort(hook.ClientConfig),
    };

    private static Webhook Common(ValidatingWebhook hook) => new(
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
        null);
}

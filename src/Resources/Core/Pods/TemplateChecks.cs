using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;
using LabelSelector = ControlPlane.Machinery.Meta.LabelSelector;

namespace ControlPlane.Resources.Core;

/// <summary>What all kinds share that keep pods running from a template: the selector finds what the template makes, and the pods never end by themselves.</summary>
internal static class TemplateChecks
{
    internal const string NoMatch = "`selector` does not match template `labels`";

    /// <summary>A selector that must be there and select something.</summary>
    internal static void CheckSelector(LabelSelector? selector, string kind, FieldErrors at)
    {
        if (selector is null)
        {
            at.Required();
            return;
        }

        at.Selector(selector);
        if (IsEmpty(selector))
            at.Invalid(selector, $"empty selector is invalid for {kind}");
    }

    /// <summary>A template whose pods the selector finds.</summary>
    /// <param name="kind">As a refused deadline names it.</param>
    /// <param name="errors">At the spec.</param>
    internal static void CheckTemplate(PodTemplateSpec template, LabelSelector? selector, string kind, FieldErrors errors, string? unparsable = "invalid label selector")
    {
        if (!TryParse(selector, out var parsed))
        {
            errors.At("selector").Invalid(selector, unparsable ?? "");
            return;
        }

        CheckMatch(template, parsed, errors.At("template"));
        PodValidation.CheckTemplate(template, errors.At("template"));
        CheckEndless(template, kind, errors.At("template"));
    }

    /// <summary>The pods are started again whenever they end.</summary>
    internal static void CheckEndless(PodTemplateSpec template, string kind, FieldErrors at)
    {
        if (template.Spec.RestartPolicy != "Always")
            at.At("spec").At("restartPolicy").NotSupported(template.Spec.RestartPolicy, "Always");
        if (template.Spec.ActiveDeadlineSeconds is not null)
            at.At("spec").At("activeDeadlineSeconds").Forbidden($"activeDeadlineSeconds in {kind} is not Supported");
    }

    /// <summary>Does the selector find what the template makes? One that selects everything is not asked.</summary>
    internal static void CheckMatch(PodTemplateSpec template, Machinery.Selectors.LabelSelector selector, FieldErrors at)
    {
        if (!selector.IsEverything && !selector.Matches<Machinery.Values.ValueMap<string>>(template.Metadata.Labels))
            at.At("metadata").At("labels").InvalidPrinted(Printing.Of(template.Metadata.Labels), NoMatch);
    }

    /// <summary>Is it a selector at all?</summary>
    internal static bool TryParse(LabelSelector? selector, out Machinery.Selectors.LabelSelector parsed)
    {
        try
        {
            parsed = Machinery.Selectors.LabelSelector.From(selector);
            return true;
        }
        catch (SelectorException)
        {
            parsed = Machinery.Selectors.LabelSelector.Nothing;
            return false;
        }
    }

    /// <summary>Does it say nothing?</summary>
    internal static bool IsEmpty(LabelSelector selector) => selector is { MatchLabels.IsEmpty: true, MatchExpressions.IsEmpty: true };

    /// <summary>A selector that may not change.</summary>
    internal static void CheckUnchanged(LabelSelector? selector, LabelSelector? old, FieldErrors at)
    {
        if (selector != old)
            at.Invalid(selector, "field is immutable");
    }
}

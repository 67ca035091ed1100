using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>By which labels a Job knows its pods, unless it has a selector of its own (batch: strategy.go, generateSelector).</summary>
internal static class JobSelector
{
    internal const string ControllerUid = "batch.kubernetes.io/controller-uid";
    internal const string JobName = "batch.kubernetes.io/job-name";
    internal const string LegacyControllerUid = "controller-uid";
    internal const string LegacyJobName = "job-name";

    /// <summary>Labels the template and selects by the Job's uid. Labels that are there already stay: validation refuses them where they are wrong.</summary>
    internal static Job Generate(Job job)
    {
        var (name, uid, template) = (job.Metadata.Name, job.Metadata.Uid, job.Spec.Template);
        var labels = template.Metadata.Labels;
        foreach (var (key, value) in new[] { (LegacyJobName, name), (JobName, name), (LegacyControllerUid, uid), (ControllerUid, uid) })
            labels = labels.ContainsKey(key) ? labels : labels.With(key, value);
        var selector = job.Spec.Selector ?? new LabelSelector();
        if (!selector.MatchLabels.ContainsKey(ControllerUid))
            selector = selector with { MatchLabels = selector.MatchLabels.With(ControllerUid, uid) };
        // Labels that a Job has from its template are the very same: what is added there is added here (SetDefaults_Job shares the map).
        var metadata = job.Metadata.Labels.IsSame(template.Metadata.Labels) ? job.Metadata with { Labels = labels } : job.Metadata;
        return job with { Metadata = metadata, Spec = job.Spec with { Selector = selector, Template = template with { Metadata = template.Metadata with { Labels = labels } } } };
    }

    /// <summary>A generated selector, and the labels that it needs, are those of this Job.</summary>
    internal static void Check(Job job, FieldErrors errors)
    {
        if (job.Spec.ManualSelector is true || job.Spec.Selector is not { } selector)
            return;
        if (job.Metadata.Uid.Length == 0)
            errors.At("metadata").At("uid").Required();
        var expected = default(ValueMap<string>);
        foreach (var (key, value) in new[]
        {
            (LegacyControllerUid, job.Metadata.Uid), (LegacyJobName, job.Metadata.Name), (ControllerUid, job.Metadata.Uid), (JobName, job.Metadata.Name),
        })
        {
            expected = expected.With(key, value);
            CheckLabel(job.Spec.Template.Metadata.Labels, key, value, errors.At("spec").At("template").At("metadata").At("labels"));
        }

        if (TemplateChecks.TryParse(selector, out var parsed) && !parsed.Matches<ValueMap<string>>(expected))
            errors.At("spec").At("selector").Invalid(selector, "`selector` not auto-generated");
    }

    private static void CheckLabel(ValueMap<string> labels, string key, string value, FieldErrors at)
    {
        if (!labels.TryGetValue(key, out var actual))
            at.Required($"must be '{value}'");
        else if (actual != value)
            at.InvalidPrinted(Printing.Of(labels), $"must be '{value}'");
    }
}

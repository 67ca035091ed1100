using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
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
        return job with { Spec = job.Spec with { Selector = selector, Template = template with { Metadata = template.Metadata with { Labels = labels } } } };
    }
}

using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>Runs pods until enough of them have succeeded.</summary>
internal sealed class Jobs : ResourceDefinition<Job>
{
    private const int BackoffLimit = 6; // batch/v1: SetDefaults_Job

    protected override void Declare(Declaration<Job> resource) => resource
        .WithStatus((job, other) => job with { Status = other.Status }, JobStatusChecks.Check)
        .WithGeneration()
        .Selectable("status.successful", job => job.Status.Succeeded.ToString(CultureInfo.InvariantCulture))
        .OrphansByDefault()
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Status", State)
        .Column("Completions", Completions)
        .Column("Duration", Duration)
        .AgeColumn()
        .ContainerColumns(job => job.Spec.Template)
        .SelectorColumn(job => job.Spec.Selector);

    protected override Job Default(Job job)
    {
        var spec = job.Spec;
        var labels = spec.Template.Metadata.Labels;
        var isPlain = spec is { Completions: null, Parallelism: null };
        return job with
        {
            Metadata = job.Metadata.Labels.IsEmpty && !labels.IsEmpty ? job.Metadata with { Labels = labels } : job.Metadata,
            Spec = spec with
            {
                Template = spec.Template.Defaulted(),
                Completions = isPlain ? 1 : spec.Completions,
                Parallelism = spec.Parallelism ?? 1,
                // With a limit for each index there is none for all of them.
                BackoffLimit = spec.BackoffLimit ?? (spec.BackoffLimitPerIndex is null ? BackoffLimit : int.MaxValue),
                CompletionMode = spec.CompletionMode ?? "NonIndexed",
                Suspend = spec.Suspend ?? false,
                ManualSelector = spec.ManualSelector ?? false,
                PodFailurePolicy = spec.PodFailurePolicy is { } policy ? policy with { Rules = policy.Rules.DefaultEach(Defaulted) } : null,
                PodReplacementPolicy = spec.PodReplacementPolicy ?? (spec.PodFailurePolicy is null ? "TerminatingOrFailed" : "Failed"),
            },
        };
    }

    protected override Job PrepareForCreate(Job job, WriteContext context)
    {
        var prepared = WithoutDisabled(job, null, context);
        return job.Spec.ManualSelector is true ? prepared : JobSelector.Generate(prepared);
    }

    protected override Job PrepareForUpdate(Job job, Job old, WriteContext context) => WithoutDisabled(job, old, context);

    private static Job WithoutDisabled(Job job, Job? old, WriteContext context) =>
        job with { Spec = job.Spec with { Template = job.Spec.Template.WithoutDisabled(old?.Spec.Template, context.Features) } };

    private static PodFailurePolicyRule Defaulted(PodFailurePolicyRule rule) => rule with
    {
        OnPodConditions = rule.OnPodConditions.DefaultEach(pattern => pattern.Status.Length > 0 ? pattern : pattern with { Status = "True" }),
    };

    private static TableCell State(Job job)
    {
        if (Has(job, "Complete"))
            return "Complete";
        if (Has(job, "Failed"))
            return "Failed";
        if (job.Metadata.DeletionTimestamp is not null)
            return "Terminating";
        return Has(job, "Suspended") ? "Suspended" : Has(job, "FailureTarget") ? "FailureTarget" : Has(job, "SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }

    private static bool Has(Job job, string condition) => job.Status.Conditions.Any(one => one.Type == condition && one.Status == "True");

    private static TableCell Completions(Job job) => job.Spec switch
    {
        { Completions: { } wanted } => string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/{wanted}"),
        { Parallelism: > 1 and var parallel } => string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/1 of {parallel}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/1"),
    };

    private static TableCell Duration(Job job) => job.Status switch
    {
        { StartTime: null } => "",
        { StartTime: { } start, CompletionTime: { } end } => HumanDuration.Of(end.ToDateTimeOffset() - start.ToDateTimeOffset()),
        { StartTime: { } start } => TableCell.Age(start),
    };

    protected override void Validate(Job job, FieldErrors errors)
    {
        JobSelector.Check(job, errors);
        CheckSpec(job.Spec, errors.At("spec"));
        if (job.Spec is not { CompletionMode: "Indexed", Completions: > 0 and var completions })
            return;
        // The pods' host names.
        var last = FormattableString.Invariant($"{job.Metadata.Name}-{completions - 1}");
        if (Names.Label(last).Any())
            errors.At("metadata").At("name").Invalid(job.Metadata.Name, $"will not able to create pod with invalid DNS label: {last}");
    }

    // Upstream checks the Job as a whole, and once more what is checked of a change.
    protected override void ValidateUpdate(Job job, Job old, FieldErrors errors)
    {
        Validate(job, errors);
        ObjectMetaRules.CheckCommon(job.Metadata, errors);
        CheckSpec(job.Spec, errors.At("spec"));
        JobUpdateRules.Check(job, old, errors.At("spec"));
    }

    private static void CheckSpec(JobSpec spec, FieldErrors at)
    {
        JobChecks.Check(spec, at);
        if (spec.Selector is null)
            at.At("selector").Required();
        at.At("selector").Selector(spec.Selector);
        if (TemplateChecks.TryParse(spec.Selector, out var selector))
            TemplateChecks.CheckMatch(spec.Template, selector, at.At("template"));
    }

    protected override IEnumerable<string> Warnings(Job job, Job? old) => (old is null ? PodWarnings.OfName(job.Metadata.Name) : []).Concat(PodWarnings.OfTemplate(job.Spec.Template, old?.Spec.Template, "spec.template"));
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A template on its own, for others to copy.</summary>
internal sealed class PodTemplates : ResourceDefinition<PodTemplate>
{
    protected override void Declare(Declaration<PodTemplate> resource) => resource
        .WithGeneration()
        .NameColumn()
        .ContainerColumns(template => template.Template, wide: false)
        .Column("Pod Labels", template => PodTemplateColumns.Text(template.Template.Metadata.Labels));

    protected override PodTemplate Default(PodTemplate template) => template with { Template = template.Template.Defaulted() };

    protected override PodTemplate PrepareForCreate(PodTemplate template, WriteContext context) =>
        template with { Template = template.Template.WithoutDisabled(null, context.Features) };

    protected override PodTemplate PrepareForUpdate(PodTemplate template, PodTemplate old, WriteContext context) =>
        template with { Template = template.Template.WithoutDisabled(old.Template, context.Features) };

    protected override void Validate(PodTemplate template, FieldErrors errors) => PodValidation.CheckTemplate(template.Template, errors.At("template"));

    protected override IEnumerable<string> Warnings(PodTemplate template, PodTemplate? old) =>
        PodWarnings.OfTemplate(template.Template, old?.Template, "template");
}

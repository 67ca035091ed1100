using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>The wide columns of all kinds that make pods from a template (printers: layoutContainerCells).</summary>
internal static class PodTemplateColumns
{
    private const string Nothing = "<none>";

    extension<T>(Declaration<T> resource)
        where T : class, IApiObject<T>
    {
        /// <summary>Names and images of the template's containers.</summary>
        internal Declaration<T> ContainerColumns(Func<T, PodTemplateSpec?> template, bool wide = true) => resource
            .Column("Containers", value => Joined(template(value), container => container.Name), wide: wide)
            .Column("Images", value => Joined(template(value), container => container.Image), wide: wide);

        /// <summary>Which pods are its own.</summary>
        internal Declaration<T> SelectorColumn(Func<T, Machinery.Meta.LabelSelector?> selector) =>
            resource.Column("Selector", value => Text(selector(value)), wide: true);
    }

    /// <summary>A selector as columns show it.</summary>
    internal static string Text(Machinery.Meta.LabelSelector? selector)
    {
        if (selector is null)
            return Nothing;
        try
        {
            var parsed = Machinery.Selectors.LabelSelector.From(selector);
            return parsed.IsEverything || parsed.IsNothing ? Nothing : parsed.ToString();
        }
        catch (SelectorException)
        {
            return "<error>";
        }
    }

    /// <summary>Labels as columns show them: "app=g,tier=a".</summary>
    internal static string Text(ValueMap<string> labels) => labels.IsEmpty ? Nothing : string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));

    /// <summary>A selector as /scale shows it; "" for none, or none that is one.</summary>
    internal static string ScaleText(Machinery.Meta.LabelSelector? selector)
    {
        var text = Text(selector);
        return text is Nothing or "<error>" ? "" : text;
    }

    private static string Joined(PodTemplateSpec? template, Func<Container, string> word) =>
        template is null ? "" : string.Join(',', template.Spec.Containers.Select(word));
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Texts that columns of several kinds show (upstream: pkg/printers).</summary>
internal static class CellTexts
{
    /// <summary>What stands where there is nothing.</summary>
    internal const string None = "<none>";

    /// <summary>What stands where nothing is known.</summary>
    internal const string Unknown = "<unknown>";

    /// <summary>What stands where something optional was left out.</summary>
    internal const string Unset = "<unset>";

    extension(ValueMap<string> labels)
    {
        /// <summary>"app=g,tier=a".</summary>
        internal string Joined() => labels.IsEmpty ? None : string.Join(",", labels.Select(label => $"{label.Key}={label.Value}"));
    }

    extension<T>(Declaration<T> resource)
        where T : class, IApiObject<T>
    {
        /// <summary>The columns of a kind for which upstream has none of its own: name and time of creation.</summary>
        internal Declaration<T> PlainColumns() => resource.NameColumn().Column("Created At", value => value.Metadata.CreationTimestamp.ToString(), type: "date");
    }

    /// <summary>A selector: "app=g,tier in (a,b)"; "&lt;none&gt;" for one without conditions.</summary>
    internal static string Of(LabelSelector? selector) => OrNone(Machinery.Selectors.LabelSelector.From(selector).ToString());

    /// <summary>The text, or "&lt;none&gt;".</summary>
    internal static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;
}

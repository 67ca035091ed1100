using System.Collections.Immutable;
using System.CommandLine;

namespace ControlPlane.Commands;

/// <summary>A command whose flags stand in options records.</summary>
internal sealed class FlagCommand : Command
{
    /// <summary>With these flags.</summary>
    /// <param name="name">As typed.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="example">A command line that one would really type.</param>
    /// <param name="sections">In the order in which --help shows them.</param>
    public FlagCommand(string name, string description, string example, params ImmutableArray<FlagSection> sections)
        : base(name, description)
    {
        (Example, Sections) = (example, sections);
        foreach (var option in sections.SelectMany(section => section.Options))
            Options.Add(option);
    }

    /// <summary>A command line that one would really type.</summary>
    public string Example { get; }

    /// <summary>Its flags.</summary>
    public ImmutableArray<FlagSection> Sections { get; }
}

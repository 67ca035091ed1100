namespace ControlPlane;

/// <summary>
/// Makes a property of a partial options record a flag: its type is the flag's, its initial value the default, and both appear in --help.
/// The option, <c>Section</c>, <c>From(result)</c> and <c>Validate(errors)</c> are generated.
/// </summary>
/// <param name="name">As typed: "--secure-port". Upstream's name where upstream has such a flag.</param>
/// <param name="help">One sentence for --help.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FlagAttribute(string name, string help) : Attribute
{
    /// <summary>As typed.</summary>
    public string Name { get; } = name;

    /// <summary>For --help.</summary>
    public string Help { get; } = help;

    /// <summary>A shorter way to type it: "-v".</summary>
    public string Alias { get; init; } = "";

    /// <summary>The least value of a number; of a duration, in seconds.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest value of a number; of a duration, in seconds.</summary>
    public double Most { get; init; } = double.PositiveInfinity;
}

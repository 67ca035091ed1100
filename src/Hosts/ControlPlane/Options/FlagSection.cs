using System.Collections.Immutable;
using System.CommandLine;

namespace ControlPlane;

/// <summary>The flags of one options record, as --help shows them together.</summary>
/// <param name="Title">What they are about.</param>
/// <param name="Flags">In the order of their declaration.</param>
/// <param name="Options">The same for the parser.</param>
internal sealed record FlagSection(string Title, ImmutableArray<FlagInfo> Flags, ImmutableArray<Option> Options);

/// <summary>A flag for people.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Alias">A shorter way to type it; "" for none.</param>
/// <param name="Type">What it takes, in upstream's words: int, duration, strings; "" for a switch.</param>
/// <param name="Default">"" where nothing, or false, is said.</param>
/// <param name="Help">One sentence.</param>
internal sealed record FlagInfo(string Name, string Alias, string Type, string Default, string Help);

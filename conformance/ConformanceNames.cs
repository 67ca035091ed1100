using System.Reflection;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>The names of the upstream conformance tests of 1.36, and which of them are marked here.</summary>
internal static class ConformanceNames
{
    private const int NameColumn = 4;

    /// <summary>All names there are, as listed beside the checkout; null where that list is not.</summary>
    public static IReadOnlyList<string>? Listed { get; } = Read();

    /// <summary>The names that tests of this suite are marked with, as often as they are.</summary>
    public static IReadOnlyList<string> Marked { get; } =
    [
        .. typeof(ConformanceNames).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(static method => method.GetCustomAttribute<ConformanceAttribute>()?.Name)
            .OfType<string>(),
    ];

    /// <summary>The group that looks after a test: <c>sig-node</c> of <c>[sig-node] Pods ...</c>.</summary>
    public static string SigOf(string name) => name[(name.IndexOf('[', StringComparison.Ordinal) + 1)..name.IndexOf(']', StringComparison.Ordinal)];

    private static List<string>? Read()
    {
        if (Repository.Golden("../requirements") is not { } folder)
            return null;
        return
        [
            .. File.ReadLines(Path.Combine(folder, "conformance-1.36.txt"))
                .Where(static line => line.Length > 0 && line[0] != '#')
                .Select(static line => line.Split('\t')[NameColumn]),
        ];
    }
}

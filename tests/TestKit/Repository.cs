namespace ControlPlane.TestKit;

/// <summary>Where the checkout is that the tests run from, and what stands beside it.</summary>
public static class Repository
{
    /// <summary>The directory of ControlPlane.sln.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests do not run from within a checkout.</exception>
    public static string Root { get; } = Find();

    /// <summary>Upstream's recorded answers and facts, beside the checkout; null where that folder does not exist.</summary>
    public static string? Shared { get; } = Existing(Path.Combine(Root, "..", "shared"));

    /// <summary>The folder of recorded answers of that name; null where there are none.</summary>
    public static string? Golden(string name) => Shared is null ? null : Existing(Path.Combine(Shared, "golden", name));

    private static string? Existing(string path) => Directory.Exists(path) ? Path.GetFullPath(path) : null;

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "ControlPlane.sln")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException("ControlPlane.sln was not found above " + AppContext.BaseDirectory);
    }
}

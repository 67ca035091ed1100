namespace ControlPlane.TestKit;

/// <summary>A directory of one's own, gone when disposed of.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("controlplane-").FullName;

    /// <summary>The path of a file or directory in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}

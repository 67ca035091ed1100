using ControlPlane.Machinery.Meta;

namespace ControlPlane.Controllers.Namespaces;

/// <summary>What one pass over a namespace has found.</summary>
internal sealed class RemainingContent
{
    /// <summary>Group versions whose server did not answer.</summary>
    public List<GroupVersion> Undiscovered { get; } = [];

    /// <summary>What could not be deleted, for people.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Objects that are still there, by resource.</summary>
    public SortedDictionary<string, int> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Objects that wait for a finalizer, by finalizer.</summary>
    public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);

    /// <summary>How long objects may need to go by themselves.</summary>
    public TimeSpan LongestWait { get; set; }

    /// <summary>Is all gone, as far as all could be looked at?</summary>
    public bool IsEmpty => Objects.Count == 0 && Failures.Count == 0 && Undiscovered.Count == 0;
}

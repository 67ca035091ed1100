namespace ControlPlane.Client.Informers;

/// <summary>What an informer tells its handlers.</summary>
/// <param name="Before">The object as the store had it; null when it is new.</param>
/// <param name="After">The object as it is; null when it is gone.</param>
/// <param name="IsInitial">Part of the first list, or told to a handler that came late.</param>
public readonly record struct ObjectChange<T>(T? Before, T? After, bool IsInitial)
    where T : class
{
    /// <summary>The object as it is, or was last.</summary>
    public T Object => After ?? Before!;

    /// <summary>New.</summary>
    public bool IsAdded => Before is null;

    /// <summary>Gone.</summary>
    public bool IsDeleted => After is null;

    /// <summary>Told again without a change (a resync).</summary>
    public bool IsResync => ReferenceEquals(Before, After);
}

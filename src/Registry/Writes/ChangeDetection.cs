using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Registry.Writes;

/// <summary>Whether an update changes anything (apiserver: endpoints/handlers, ignoreManagedFieldsTimestampsTransformer, and the byte comparison of the store).</summary>
internal static class ChangeDetection
{
    /// <summary>Semantically the same, the times in managedFields aside: a write that only refreshes them is none.</summary>
    public static bool IsSame(IApiObject value, IApiObject old)
    {
        var (metadata, before) = (value.Metadata, old.Metadata);
        if (!SameButTimes(metadata.ManagedFields, before.ManagedFields))
            return false;
        return value.WithMetadata(metadata with { ManagedFields = before.ManagedFields }).Equals(old);
    }

    private static bool SameButTimes(ValueList<ManagedFieldsEntry> entries, ValueList<ManagedFieldsEntry> old)
    {
        if (entries.Count != old.Count)
            return false;
        for (var i = 0; i < entries.Count; i++)
        {
            if (!ReferenceEquals(entries[i], old[i]) && !(entries[i] with { Time = old[i].Time }).Equals(old[i]))
                return false;
        }

        return true;
    }
}

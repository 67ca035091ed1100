using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Fits field sets to a type that became atomic since they were written: who owned a part now owns the whole.</summary>
/// <remarks>The other way (atomic to granular) counts as if it had always been granular, as upstream has it.</remarks>
internal static class SchemaChange
{
    /// <summary>The set as the type has it today; the same instance where it fits already.</summary>
    public static FieldSet Reconcile(FieldSet fields, TypeDescriptor type)
    {
        FieldSetEntry[]? changed = null;
        for (var index = 0; index < fields.Entries.Length; index++)
        {
            var entry = fields.Entries[index];
            if (entry.Children is not { } below)
                continue;
            var next = Structure.Below(type, entry.Element).Type;
            var fitting = IsAtomic(next) ? new FieldSetEntry(entry.Element, true, null) : entry with { Children = Reconcile(below, next) };
            if (!ReferenceEquals(fitting.Children, below))
                (changed ??= fields.Entries.ToArray())[index] = fitting;
        }

        return changed is null ? fields : FieldSet.Own(changed);
    }

    private static bool IsAtomic(TypeDescriptor type) => type.Shape switch
    {
        ValueShape.Struct or ValueShape.Map => type.IsAtomic,
        ValueShape.List => type.Topology == ListTopology.Atomic,
        _ => false,
    };
}

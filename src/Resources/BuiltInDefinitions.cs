using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;

namespace ControlPlane.Resources;

/// <summary>All built-in kinds. A kind is a file below a folder of its group; the list is made by the generator.</summary>
public static partial class BuiltInDefinitions
{
    /// <summary>One definition a resource, in no order that means anything.</summary>
    [Catalog]
    public static partial ImmutableArray<ResourceDefinition> All { get; }
}

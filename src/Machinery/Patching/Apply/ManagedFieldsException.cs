namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>managedFields that cannot be read: an unknown operation or fields type, or field sets that do not parse.</summary>
public sealed class ManagedFieldsException(string message) : Exception(message);

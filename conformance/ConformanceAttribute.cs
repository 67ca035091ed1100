namespace ControlPlane.Conformance;

/// <summary>Marks the test that stands for one of the upstream conformance tests, by its exact name.</summary>
/// <param name="name">As in the list of the 1.36 suite.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceAttribute(string name) : PropertyAttribute("Conformance", name);

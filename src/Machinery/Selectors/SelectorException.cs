namespace ControlPlane.Machinery.Selectors;

/// <summary>A selector that does not parse, in upstream's words: 400.</summary>
public sealed class SelectorException(string message) : Exception(message);

namespace ControlPlane.Node.Installation;

/// <summary>The machine lacks something that the agent needs. The message tells what, and what to do; it is meant for the terminal as it is.</summary>
public sealed class PrerequisiteException(string message) : Exception(message);

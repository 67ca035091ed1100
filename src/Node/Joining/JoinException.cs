namespace ControlPlane.Node.Joining;

/// <summary>This machine cannot join, and trying again would not help: the message says what is to be done.</summary>
public sealed class JoinException(string message, Exception? inner = null) : IOException(message, inner);

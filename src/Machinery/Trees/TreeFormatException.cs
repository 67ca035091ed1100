namespace ControlPlane.Machinery.Trees;

/// <summary>The text is not what its content type says: malformed JSON or YAML, too deep, or aliases without measure. The server's answer is 400.</summary>
public sealed class TreeFormatException : Exception
{
    /// <summary>With what is wrong.</summary>
    public TreeFormatException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, as a parser found it.</summary>
    public TreeFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

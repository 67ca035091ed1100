namespace ControlPlane.Machinery.Patching;

/// <summary>A patch that is not what its content type says: 400.</summary>
public sealed class PatchFormatException : Exception
{
    /// <summary>With upstream's message.</summary>
    public PatchFormatException(string message)
        : base(message)
    {
    }

    /// <summary>With upstream's message, as a parser found it.</summary>
    public PatchFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A well-formed patch that does not fit the object: a path that is not there, a test that failed: 422.</summary>
public sealed class PatchNotApplicableException(string message) : Exception(message);

/// <summary>A patch that is too big, in operations or in what it copies: 413.</summary>
public sealed class PatchTooLargeException(string message) : Exception(message);

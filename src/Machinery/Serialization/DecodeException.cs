namespace ControlPlane.Machinery.Serialization;

/// <summary>Bytes are not what they should be. The message says where and why, and can be shown to the client.</summary>
public sealed class DecodeException : Exception
{
    /// <summary>With what to tell the client.</summary>
    public DecodeException(string message)
        : base(message)
    {
    }

    /// <summary>With what to tell the client, and what was underneath.</summary>
    public DecodeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

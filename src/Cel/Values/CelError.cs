namespace ControlPlane.Cel.Values;

/// <summary>Why an evaluation failed. Texts are cel-go's, which users of Kubernetes see.</summary>
public sealed class CelError(string message)
{
    /// <summary>An operator or function was given values that it has no meaning for.</summary>
    public static CelError NoSuchOverload { get; } = new("no such overload");

    /// <summary>An integer did not fit.</summary>
    public static CelError Overflow { get; } = new("integer overflow");

    /// <summary>An unsigned integer did not fit.</summary>
    public static CelError UnsignedOverflow { get; } = new("unsigned integer overflow");

    /// <summary>A duration did not fit, or a timestamp left the years 1 to 9999.</summary>
    public static CelError TimeRange { get; } = new("range error: timestamp or duration out of range");

    /// <summary>x / 0.</summary>
    public static CelError DivisionByZero { get; } = new("division by zero");

    /// <summary>x % 0.</summary>
    public static CelError ModulusByZero { get; } = new("modulus by zero");

    /// <summary>The text.</summary>
    public string Message { get; } = message;

    /// <summary>A map has no such key, or an object no such field.</summary>
    public static CelError NoSuchKey(in CelValue key) => new($"no such key: {(key.Kind == CelKind.String ? key.AsString : key.ToString())}");

    /// <inheritdoc/>
    public override string ToString() => Message;
}

namespace ControlPlane.Cel.Values;

/// <summary>What a value is at run time.</summary>
public enum CelKind : byte
{
    /// <summary>The null value; also the default of <see cref="CelValue"/>.</summary>
    Null,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>A signed 64-bit integer.</summary>
    Int,

    /// <summary>An unsigned 64-bit integer.</summary>
    Uint,

    /// <summary>A 64-bit floating-point number.</summary>
    Double,

    /// <summary>A sequence of Unicode code points.</summary>
    String,

    /// <summary>A sequence of bytes.</summary>
    Bytes,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A point in time, to the nanosecond, in the years 1 to 9999.</summary>
    Timestamp,

    /// <summary>A span of time in nanoseconds.</summary>
    Duration,

    /// <summary>A type as a value.</summary>
    Type,

    /// <summary>A value that may be absent.</summary>
    Optional,

    /// <summary>A value of a named type: an object with fields, or one that only functions understand.</summary>
    Object,

    /// <summary>A failure; it spreads through everything but <c>&amp;&amp;</c>, <c>||</c>, <c>?:</c> and the macros made of them.</summary>
    Error,
}

using System.Globalization;

namespace ControlPlane.Machinery.Values;

/// <summary>A number or a text: a port or its name, a count or a percentage. Its default is the number 0.</summary>
public readonly record struct IntOrString
{
    private readonly string? _text;
    private readonly int _number;

    /// <summary>The number.</summary>
    public IntOrString(int number) => _number = number;

    /// <summary>The text.</summary>
    public IntOrString(string text) => _text = text;

    /// <summary>Is it a text?</summary>
    public bool IsString => _text is not null;

    /// <summary>The number; 0 where it is a text.</summary>
    public int Number => _number;

    /// <summary>The text; empty where it is a number.</summary>
    public string Text => _text ?? "";

    /// <summary>The number, or the text.</summary>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number stands for itself. (A text does not: null would then silently become one.)</summary>
    public static implicit operator IntOrString(int number) => new(number);
}

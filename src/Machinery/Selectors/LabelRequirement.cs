using System.Collections.Immutable;
using System.Globalization;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Selectors;

/// <summary>One condition on one label.</summary>
public sealed class LabelRequirement
{
    private readonly long _bound;

    private LabelRequirement(string key, LabelOperator @operator, ImmutableArray<string> values)
    {
        Key = key;
        Operator = @operator;
        Values = values;
        if (@operator is LabelOperator.GreaterThan or LabelOperator.LessThan)
            _bound = long.Parse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    /// <summary>The label's key.</summary>
    public string Key { get; }

    /// <summary>What is asked of it.</summary>
    public LabelOperator Operator { get; }

    /// <summary>The values, sorted and distinct; none for exists and does-not-exist.</summary>
    public ImmutableArray<string> Values { get; }

    /// <summary>The one value that the label must have; null where there is no such one. An index may be asked for it.</summary>
    public string? ExactValue => Operator is LabelOperator.Equal or LabelOperator.DoubleEqual or LabelOperator.In && Values.Length == 1 ? Values[0] : null;

    /// <summary>Checks and makes a requirement.</summary>
    /// <exception cref="SelectorException">Upstream's texts for a bad key, value or number of values.</exception>
    public static LabelRequirement Of(string key, LabelOperator @operator, IEnumerable<string> values)
    {
        var sorted = values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        var errors = new List<string>();
        if (LabelSyntax.KeyErrors(key) is { } keyErrors)
            errors.Add($"key: Invalid value: {GoText.Quote(key)}: {keyErrors}");
        if (CountErrors(@operator, sorted) is { } countErrors)
            errors.Add(countErrors);
        for (var index = 0; index < sorted.Length; index++)
        {
            if (LabelSyntax.ValueErrors(sorted[index]) is { } valueErrors)
                errors.Add($"values[{index}][{key}]: Invalid value: {GoText.Quote(sorted[index])}: {valueErrors}");
        }

        return errors.Count switch
        {
            0 => new LabelRequirement(key, @operator, sorted),
            1 => throw new SelectorException(errors[0]),
            _ => throw new SelectorException($"[{string.Join(", ", errors)}]"),
        };
    }

    /// <summary>Do the labels meet it? Nothing is allocated.</summary>
    public bool Matches<TLabels>(TLabels? labels)
        where TLabels : IReadOnlyDictionary<string, string>
    {
        string? value = null;
        var isThere = labels is not null && labels.TryGetValue(Key, out value);
        return Operator switch
        {
            LabelOperator.Equal or LabelOperator.DoubleEqual or LabelOperator.In => isThere && Has(value!),
            LabelOperator.NotEqual or LabelOperator.NotIn => !isThere || !Has(value!),
            LabelOperator.Exists => isThere,
            LabelOperator.DoesNotExist => !isThere,
            LabelOperator.GreaterThan => isThere && Number(value!) > _bound,
            LabelOperator.LessThan => isThere && Number(value!) < _bound,
            _ => false,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => $"!{Key}",
        LabelOperator.In => $"{Key} in ({string.Join(',', Values)})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', Values)})",
        LabelOperator.Equal => $"{Key}={Values[0]}",
        LabelOperator.DoubleEqual => $"{Key}=={Values[0]}",
        LabelOperator.NotEqual => $"{Key}!={Values[0]}",
        LabelOperator.GreaterThan => $"{Key}>{Values[0]}",
        _ => $"{Key}<{Values[0]}",
    };

    private static string? CountErrors(LabelOperator @operator, ImmutableArray<string> values)
    {
        var printed = $"[{string.Join(", ", values.Select(GoText.Quote))}]";
        return @operator switch
        {
            LabelOperator.In or LabelOperator.NotIn when values.IsEmpty =>
                $"values: Invalid value: {printed}: for 'in', 'notin' operators, values set can't be empty",
            LabelOperator.Equal or LabelOperator.DoubleEqual or LabelOperator.NotEqual when values.Length != 1 =>
                $"values: Invalid value: {printed}: exact-match compatibility requires one single value",
            LabelOperator.Exists or LabelOperator.DoesNotExist when !values.IsEmpty =>
                $"values: Invalid value: {printed}: values set must be empty for exists and does not exist",
            LabelOperator.GreaterThan or LabelOperator.LessThan when values.Length != 1 =>
                $"values: Invalid value: {printed}: for 'Gt', 'Lt' operators, exactly one value is required",
            LabelOperator.GreaterThan or LabelOperator.LessThan when Number(values[0]) is null =>
                $"values[0]: Invalid value: {GoText.Quote(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer",
            _ => null,
        };
    }

    private static long? Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Has(string value)
    {
        foreach (var one in Values)
        {
            if (one == value)
                return true;
        }

        return false;
    }
}

/// <summary>What a requirement asks of a label.</summary>
public enum LabelOperator
{
    /// <summary>"key": it is there.</summary>
    Exists,

    /// <summary>"!key": it is not there.</summary>
    DoesNotExist,

    /// <summary>"key=value".</summary>
    Equal,

    /// <summary>"key==value", the same.</summary>
    DoubleEqual,

    /// <summary>"key!=value": another value, or not there.</summary>
    NotEqual,

    /// <summary>"key in (a,b)".</summary>
    In,

    /// <summary>"key notin (a,b)": another value, or not there.</summary>
    NotIn,

    /// <summary>"key&gt;1": an integer above.</summary>
    GreaterThan,

    /// <summary>"key&lt;1": an integer below.</summary>
    LessThan,
}

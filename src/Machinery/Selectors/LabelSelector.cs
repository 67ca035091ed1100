using System.Collections.Immutable;

namespace ControlPlane.Machinery.Selectors;

/// <summary>Conditions on an object's labels, all of which must hold: "app=web,tier in (a,b),!canary".</summary>
public sealed class LabelSelector
{
    private readonly bool _matchesNothing;

    private LabelSelector(ImmutableArray<LabelRequirement> requirements, bool matchesNothing = false)
    {
        Requirements = requirements;
        _matchesNothing = matchesNothing;
    }

    /// <summary>No conditions.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>What an absent selector selects.</summary>
    public static LabelSelector Nothing { get; } = new([], matchesNothing: true);

    /// <summary>The conditions, by key.</summary>
    public ImmutableArray<LabelRequirement> Requirements { get; }

    /// <summary>Does it select whatever there is?</summary>
    public bool IsEverything => Requirements.IsEmpty && !_matchesNothing;

    /// <summary>Does it select nothing at all?</summary>
    public bool IsNothing => _matchesNothing;

    /// <summary>A selector of these conditions.</summary>
    public static LabelSelector Of(IEnumerable<LabelRequirement> requirements)
    {
        var sorted = requirements.OrderBy(static requirement => requirement.Key, StringComparer.Ordinal).ToImmutableArray();
        return sorted.IsEmpty ? Everything : new LabelSelector(sorted);
    }

    /// <summary>Labels with exactly these values, as a ReplicationController or Service selects.</summary>
    public static LabelSelector OfLabels(IEnumerable<KeyValuePair<string, string>> labels) =>
        Of(labels.Select(static label => LabelRequirement.Of(label.Key, LabelOperator.Equal, [label.Value])));

    /// <summary>What an object's selector field says: null selects nothing, an empty one everything.</summary>
    /// <exception cref="SelectorException">An operator that there is not, or upstream's texts for a bad key, value or number of values.</exception>
    public static LabelSelector From(Meta.LabelSelector? selector)
    {
        if (selector is null)
            return Nothing;
        var labels = selector.MatchLabels.Select(static label => LabelRequirement.Of(label.Key, LabelOperator.Equal, [label.Value]));
        return Of(labels.Concat(selector.MatchExpressions.Select(static one => LabelRequirement.Of(one.Key, OperatorOf(one.Operator), one.Values))));
    }

    /// <summary>Reads the labelSelector of a query.</summary>
    /// <exception cref="SelectorException">It does not parse; the text is upstream's.</exception>
    public static LabelSelector Parse(string text) => text.Length == 0 ? Everything : Of(new LabelSelectorParser(text).Parse());

    /// <summary>Do the labels meet all conditions? Nothing is allocated.</summary>
    public bool Matches<TLabels>(TLabels? labels)
        where TLabels : IReadOnlyDictionary<string, string>
    {
        if (_matchesNothing)
            return false;
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    /// <summary>The canonical form: conditions by key, values sorted.</summary>
    public override string ToString() => string.Join(',', Requirements);

    private static LabelOperator OperatorOf(string text) => text switch
    {
        "In" => LabelOperator.In,
        "NotIn" => LabelOperator.NotIn,
        "Exists" => LabelOperator.Exists,
        "DoesNotExist" => LabelOperator.DoesNotExist,
        _ => throw new SelectorException($"{Trees.GoText.Quote(text)} is not a valid label selector operator"),
    };
}

using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Trees;

/// <summary>
/// The paths of printer columns and selectable fields, as client-go's jsonpath evaluates them: <c>.spec.replicas</c>, <c>.spec['a.b']</c>, <c>.items[0]</c>, <c>[-1]</c>,
/// <c>[1:3]</c>, <c>[*]</c>, <c>..name</c>, <c>['a','b']</c>, <c>.status.conditions[?(@.type=="Ready")].status</c>.
/// </summary>
public sealed class JsonPathQuery
{
    // A path is short; what nests deeper is not meant.
    private const int StepsMax = 100;

    // Each ".." finds all that is below all that was found: a few of them would find more than there is time for.
    private const int FoundMax = 10_000;

    private readonly List<Step> _steps = [];

    private JsonPathQuery()
    {
    }

    private delegate void Step(TreeValue value, List<TreeValue> found);

    /// <summary>Reads a path, with or without its leading dot.</summary>
    /// <exception cref="FormatException">It is no path.</exception>
    public static JsonPathQuery Parse(string path)
    {
        var query = new JsonPathQuery();
        var reader = new Reader(path);
        while (!reader.IsAtEnd)
        {
            query._steps.Add(reader.Next());
            if (query._steps.Count > StepsMax)
                throw new FormatException("the path is too long");
        }

        return query;
    }

    /// <summary>All that the path leads to, in order, up to some thousands; nothing where it leads nowhere.</summary>
    public IReadOnlyList<TreeValue> Find(TreeValue root)
    {
        var values = new List<TreeValue> { root };
        foreach (var step in _steps)
        {
            var next = new List<TreeValue>();
            foreach (var value in values.Take(FoundMax))
            {
                step(value, next);
                if (next.Count > FoundMax)
                    break;
            }

            values = next;
        }

        return values;
    }

    /// <summary>The first thing that the path leads to; null for nothing.</summary>
    public TreeValue? First(TreeValue root) => Find(root) is [var first, ..] ? first : null;

    private static void Member(TreeValue value, string name, List<TreeValue> found)
    {
        if (value is TreeObject members && members[name] is { } member)
            found.Add(member);
    }

    private static void Each(TreeValue value, List<TreeValue> found)
    {
        if (value is TreeList items)
            found.AddRange(items);
        else if (value is TreeObject members)
            found.AddRange(members.Select(member => member.Value));
    }

    private static void Below(TreeValue value, List<TreeValue> found)
    {
        found.Add(value);
        var each = new List<TreeValue>();
        Each(value, each);
        foreach (var one in each)
            Below(one, found);
    }

    private static void Slice(TreeValue value, int? from, int? to, int step, List<TreeValue> found)
    {
        if (value is not TreeList items)
            return;
        var (start, end) = (At(from ?? 0), At(to ?? items.Count));
        for (long index = Math.Max(start, 0); index < Math.Min(end, items.Count); index += step)
            found.Add(items[(int)index]);

        int At(int index) => index < 0 ? index + items.Count : index;
    }

    private ref struct Reader(string path)
    {
        private int _at;

        public readonly bool IsAtEnd => _at >= path.Length;

        private readonly char Now => path[_at];

        public Step Next()
        {
            if (path.AsSpan(_at).StartsWith(".."))
            {
                _at++;
                return Below;
            }

            if (Now == '.')
            {
                _at++;
                if (IsAtEnd || Now is '.' or '[')
                    return static (value, found) => found.Add(value);
            }

            return Now == '[' ? Bracket() : Field();
        }

        private Step Field()
        {
            var name = new StringBuilder();
            while (!IsAtEnd && Now is not ('.' or '['))
            {
                if (Now == '\\' && _at + 1 < path.Length)
                    _at++;
                name.Append(Now);
                _at++;
            }

            var field = name.ToString();
            if (field.Length == 0)
                throw new FormatException("a field name is missing");
            return field == "*" ? Each : (value, found) => Member(value, field, found);
        }

        private Step Bracket()
        {
            var inside = Inside();
            if (inside == "*")
                return Each;
            if (inside.StartsWith("?(", StringComparison.Ordinal) && inside.EndsWith(')'))
                return Filter(inside[2..^1]);
            if (inside.Length > 1 && inside[0] is '\'' or '"')
                return Names(inside);
            if (inside.Contains(',', StringComparison.Ordinal))
            {
                var indexes = inside.Split(',').Select(Index).ToArray();
                return (value, found) => Array.ForEach(indexes, index => Slice(value, index, index == -1 ? null : index + 1, 1, found));
            }

            if (!inside.Contains(':', StringComparison.Ordinal))
            {
                var index = Index(inside);
                return (value, found) => Slice(value, index, index == -1 ? null : index + 1, 1, found);
            }

            var parts = inside.Split(':');
            int? from = parts[0].Length == 0 ? null : Index(parts[0]), to = parts[1].Length == 0 ? null : Index(parts[1]);
            var step = parts.Length > 2 && parts[2].Length > 0 ? Math.Max(1, Index(parts[2])) : 1;
            return (value, found) => Slice(value, from, to, step, found);
        }

        // What stands between brackets, which may stand in quotes themselves.
        private string Inside()
        {
            var start = ++_at;
            var (quote, depth) = ('\0', 1);
            for (; !IsAtEnd; _at++)
            {
                if (quote != '\0')
                    quote = Now == quote ? '\0' : quote;
                else if (Now is '\'' or '"')
                    quote = Now;
                else if (Now == '[')
                    depth++;
                else if (Now == ']' && --depth == 0)
                    return path[start.._at++].Trim();
            }

            throw new FormatException("unterminated array");
        }

        private static Step Names(string inside)
        {
            var names = inside.Split(',', StringSplitOptions.TrimEntries).Select(name =>
                name.Length > 1 && name[0] == name[^1] ? name[1..^1] : throw new FormatException("unterminated quoted string")).ToArray();
            return (value, found) => Array.ForEach(names, name => Member(value, name, found));
        }

        private static Step Filter(string condition)
        {
            foreach (var sign in (string[])["==", "!=", "<=", ">=", "<", ">"])
            {
                var at = condition.IndexOf(sign, StringComparison.Ordinal);
                if (at < 0)
                    continue;
                var (left, right) = (Operand(condition[..at].Trim()), Operand(condition[(at + sign.Length)..].Trim()));
                return (value, found) => Select(value, item => left(item) is { } one && right(item) is { } other && Holds(sign, one, other), found);
            }

            var there = Operand(condition.Trim());
            return (value, found) => Select(value, item => there(item) is not null, found);
        }

        private static void Select(TreeValue value, Func<TreeValue, bool> holds, List<TreeValue> found)
        {
            var items = new List<TreeValue>();
            Each(value, items);
            found.AddRange(items.Where(holds));
        }

        private static Func<TreeValue, TreeValue?> Operand(string text)
        {
            if (text.StartsWith('@'))
            {
                var query = Parse(text[1..]);
                return query.First;
            }

            TreeValue literal = text.Length > 1 && text[0] is '\'' or '"' ? TreeString.Of(text.Trim(text[0]))
                : text is "true" or "false" ? TreeBoolean.Of(text == "true")
                : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? TreeInteger.Of(integer)
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new TreeNumber(number)
                : throw new FormatException($"unrecognized character in action: {text}");
            return _ => literal;
        }

        private static bool Holds(string sign, TreeValue one, TreeValue other)
        {
            if (sign is "==" or "!=")
                return one.Equals(other) == (sign == "==");
            var order = TreeOrder.Compare(one, other);
            return sign switch
            {
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            };
        }

        private static int Index(string text) => int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new FormatException($"invalid array index {text}");
    }
}

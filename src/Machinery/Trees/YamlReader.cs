using System.Text;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ControlPlane.Machinery.Trees;

/// <summary>YAML text to trees, as an API body or manifest is read: one document, scalars by <see cref="YamlScalar"/>, aliases within measure.</summary>
/// <remarks>
/// An alias shares its anchor's tree, so a bomb costs nothing to read; but it would cost when written. So the values that aliases stand for are counted,
/// and refused where they are most of the document (goyaml.v2's measure).
/// </remarks>
public static class YamlReader
{
    /// <summary>Reads the one document of the text.</summary>
    /// <param name="utf8">YAML; JSON is YAML too.</param>
    /// <param name="duplicates">Collects the paths of names that stand twice in one mapping, the last one counting; without it a duplicate is an error.</param>
    /// <exception cref="TreeFormatException">Malformed, excessive aliases, keys that are no scalars, or more than one document.</exception>
    public static TreeValue Read(ReadOnlySpan<byte> utf8, List<string>? duplicates = null)
    {
        try
        {
            if (!Utf8.IsValid(utf8))
                throw new TreeFormatException("error converting YAML to JSON: yaml: invalid leading UTF-8 octet");
            var parser = new Parser(new Scanner(new StringReader(Encoding.UTF8.GetString(utf8)), skipComments: true));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return TreeNull.Instance;
            parser.Consume<DocumentStart>();
            var value = new Composer(parser, duplicates).Value("");
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _)
                ? value
                : throw new TreeFormatException("yaml: expected a single document");
        }
        catch (YamlException malformed)
        {
            throw new TreeFormatException($"error converting YAML to JSON: yaml: line {malformed.Start.Line}: {malformed.Message}", malformed);
        }
        catch (InvalidOperationException malformed)
        {
            // The scanner says so of some ends that it did not expect.
            throw new TreeFormatException("error converting YAML to JSON: yaml: could not find expected token", malformed);
        }
    }

    private sealed class Composer(IParser parser, List<string>? duplicates)
    {
        private readonly Dictionary<AnchorName, (TreeValue? Value, long Size)> _anchors = [];
        private long _size;
        private long _aliased;
        private int _depth;

        public TreeValue Value(string path)
        {
            Count(1, isAliased: false);
            if (++_depth > TreeReader.MaximumDepth)
                throw new TreeFormatException("yaml: exceeded max depth");
            var before = _size;
            var (value, anchor) = parser.Current switch
            {
                AnchorAlias => (Alias(), AnchorName.Empty),
                MappingStart mapping => (Mapping(mapping, path), mapping.Anchor),
                SequenceStart sequence => (Sequence(sequence, path), sequence.Anchor),
                _ => Scalar(),
            };
            _depth--;
            if (!anchor.IsEmpty)
                _anchors[anchor] = (value, _size - before + 1);
            return value;
        }

        private (TreeValue, AnchorName) Scalar()
        {
            var scalar = parser.Consume<Scalar>();
            var value = !scalar.Tag.IsEmpty ? YamlScalar.Resolve(scalar.Value, scalar.Tag.Value)
                : scalar.Style == ScalarStyle.Plain ? YamlScalar.Resolve(scalar.Value)
                : TreeString.Of(scalar.Value);
            return (value, scalar.Anchor);
        }

        private TreeValue Alias()
        {
            var alias = parser.Consume<AnchorAlias>();
            if (!_anchors.TryGetValue(alias.Value, out var anchored))
                throw new TreeFormatException($"error converting YAML to JSON: yaml: unknown anchor '{alias.Value}' referenced");
            if (anchored.Value is null)
                throw new TreeFormatException($"error converting YAML to JSON: yaml: anchor '{alias.Value}' value contains itself");
            Count(anchored.Size, isAliased: true);
            return anchored.Value;
        }

        private TreeList Sequence(SequenceStart start, string path)
        {
            parser.Consume<SequenceStart>();
            Open(start.Anchor);
            var items = new List<TreeValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Value(duplicates is null ? "" : $"{path}[{items.Count}]"));
            return TreeList.From(items);
        }

        private TreeObject Mapping(MappingStart start, string path)
        {
            parser.Consume<MappingStart>();
            Open(start.Anchor);
            var members = new Dictionary<string, TreeValue>(StringComparer.Ordinal);
            var merged = new List<TreeValue>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var line = parser.Current!.Start.Line;
                var isMerge = parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain };
                var name = isMerge ? Skip() : Name(path);
                var below = path.Length == 0 || duplicates is null ? name : $"{path}.{name}";
                var value = Value(below);
                if (isMerge)
                    merged.Add(value);
                else if (!members.TryAdd(name, value))
                    Duplicate(members, name, value, below, line);
            }

            foreach (var source in merged)
                Merge(members, source);
            return TreeObject.FromMembers(members.Select(pair => new TreeMember(pair.Key, pair.Value)).ToArray());
        }

        private string Skip()
        {
            parser.MoveNext();
            return "<<";
        }

        /// <summary>Keys become strings as their JSON reads: 1: x is "1", yes: x is "true".</summary>
        private string Name(string path) => Value(path) switch
        {
            TreeString text => text.Value,
            TreeNull or TreeList or TreeObject => throw new TreeFormatException("error converting YAML to JSON: unsupported map key"),
            var scalar => scalar.ToString(),
        };

        private void Duplicate(Dictionary<string, TreeValue> members, string name, TreeValue value, string path, long line)
        {
            if (duplicates is null)
                throw new TreeFormatException($"error converting YAML to JSON: yaml: unmarshal errors:\n  line {line}: key \"{name}\" already set in map");
            duplicates.Add(path);
            members[name] = value;
        }

        /// <summary>"&lt;&lt;: *base": members that are not set beside it; of several sources the first counts.</summary>
        private static void Merge(Dictionary<string, TreeValue> members, TreeValue source)
        {
            var sources = source is TreeList list ? list.ToArray() : [source];
            foreach (var one in sources)
            {
                if (one is not TreeObject from)
                    throw new TreeFormatException("error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value");
                foreach (var (name, value) in from)
                    members.TryAdd(name, value);
            }
        }

        private void Open(AnchorName anchor)
        {
            if (!anchor.IsEmpty)
                _anchors[anchor] = (null, 0);
        }

        /// <summary>goyaml.v2: from 1,000 aliased of 100 decoded values on, aliases may be 99 % of up to 400,000 values, falling to 10 % at 4,000,000.</summary>
        private void Count(long size, bool isAliased)
        {
            _size += size;
            if (!isAliased)
                return;
            _aliased += size;
            var share = _size <= 400_000 ? 0.99 : _size >= 4_000_000 ? 0.10 : 0.99 - (0.89 * (_size - 400_000) / 3_600_000);
            if (_aliased > 100 && _size > 1000 && _aliased > share * _size)
                throw new TreeFormatException("error converting YAML to JSON: yaml: document contains excessive aliasing");
        }
    }
}

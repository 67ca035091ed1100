using System.Globalization;
using System.Text;

namespace ControlPlane.Cel.Tests.Conformance;

/// <summary>A message in protobuf's text format: fields in order, a value being a message, a string's bytes, or a bare word.</summary>
internal sealed class TextProto
{
    private readonly List<(string Name, object Value)> _fields = [];

    public static TextProto Parse(string text) => new Reader(text).Message('\0');

    /// <summary>All the text of the message, for rules that look for words in it.</summary>
    public IEnumerable<string> Words => _fields.SelectMany(entry => entry.Value switch
    {
        TextProto message => message.Words.Prepend(entry.Name),
        byte[] bytes => [entry.Name, Encoding.UTF8.GetString(bytes)],
        _ => [entry.Name, (string)entry.Value],
    });

    public bool Has(string name) => _fields.Any(field => field.Name == name);

    public TextProto? Message(string name) => Messages(name).FirstOrDefault();

    public IEnumerable<TextProto> Messages(string name) => _fields.Where(field => field.Name == name).Select(field => field.Value).OfType<TextProto>();

    public (string Name, object Value) Single() => _fields.Single();

    public string Text(string name) => _fields.FirstOrDefault(field => field.Name == name).Value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string word => word,
        _ => "",
    };

    private sealed class Reader(string text)
    {
        private int _at;

        public TextProto Message(char end)
        {
            var message = new TextProto();
            while (true)
            {
                Skip();
                if (_at >= text.Length || text[_at] == end)
                {
                    _at++;
                    return message;
                }
                var name = text[_at] == '[' ? Bracketed() : Word();
                Skip();
                if (text[_at] == ':')
                    _at++;
                Skip();
                if (text[_at] == '[')
                    List(message, name);
                else
                    message._fields.Add((name, Value()));
                Skip();
                if (_at < text.Length && (text[_at] is ',' or ';'))
                    _at++;
            }
        }

        private void List(TextProto message, string name)
        {
            _at++;
            for (Skip(); text[_at] != ']'; Skip())
            {
                message._fields.Add((name, Value()));
                Skip();
                if (text[_at] == ',')
                    _at++;
            }
            _at++;
        }

        private object Value()
        {
            if (text[_at] is '{' or '<')
                return Message(text[_at++] == '{' ? '}' : '>');
            return text[_at] is '"' or '\'' ? Strings() : Word();
        }

        private byte[] Strings()
        {
            var bytes = new List<byte>();
            for (; _at < text.Length && (text[_at] is '"' or '\''); Skip())
                bytes.AddRange(Quoted());
            return [.. bytes];
        }

        private List<byte> Quoted()
        {
            var quote = text[_at++];
            var bytes = new List<byte>();
            while (text[_at] != quote)
            {
                if (text[_at] == '\\')
                {
                    Escape(bytes);
                    continue;
                }
                var rune = Rune.GetRuneAt(text, _at);
                bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
                _at += rune.Utf16SequenceLength;
            }
            _at++;
            return bytes;
        }

        private void Escape(List<byte> bytes)
        {
            var c = text[_at + 1];
            _at += 2;
            switch (c)
            {
                case 'x' or 'X':
                    bytes.Add((byte)Number(2, 16));
                    break;
                case 'u' or 'U':
                    bytes.AddRange(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(Number(c == 'u' ? 4 : 8, 16))));
                    break;
                case >= '0' and <= '7':
                    _at--;
                    bytes.Add((byte)Number(3, 8));
                    break;
                default:
                    bytes.Add((byte)("abfnrtv".IndexOf(c) is >= 0 and var i ? "\a\b\f\n\r\t\v"[i] : c));
                    break;
            }
        }

        private int Number(int digitsMax, int radix)
        {
            var start = _at;
            while (_at - start < digitsMax && Uri.IsHexDigit(text[_at]) && (radix == 16 || text[_at] < '8'))
                _at++;
            return text[start.._at].Aggregate(0, (number, digit) =>
                number * radix + int.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        private string Bracketed()
        {
            var end = text.IndexOf(']', _at) + 1;
            var name = text[_at..end];
            _at = end;
            return name;
        }

        private string Word()
        {
            var start = _at;
            while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-' or '+'))
                _at++;
            return _at > start ? text[start.._at] : throw new FormatException($"Unexpected {text[_at]} at {_at}.");
        }

        private void Skip()
        {
            while (_at < text.Length)
            {
                if (char.IsWhiteSpace(text[_at]))
                    _at++;
                else if (text[_at] == '#')
                    _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
                else
                    return;
            }
        }
    }
}

using System;
using System.Text;

namespace ControlPlane.SchemaGenerator;

/// <summary>Text that is being written, with its indentation.</summary>
internal sealed class Source
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public Source Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        return this;
    }

    /// <summary>Opens a block; disposing closes it.</summary>
    public IDisposable Block(string head)
    {
        Line(head).Line("{");
        _depth++;
        return new End(this, "}");
    }

    /// <summary>Indents what follows; disposing ends it.</summary>
    public IDisposable Indent(string end = "")
    {
        _depth++;
        return new End(this, end);
    }

    public override string ToString() => _text.ToString();

    private sealed class End : IDisposable
    {
        private readonly Source _source;
        private readonly string _end;

        public End(Source source, string end) => (_source, _end) = (source, end);

        public void Dispose()
        {
            _source._depth--;
            if (_end.Length > 0)
                _source.Line(_end);
        }
    }
}

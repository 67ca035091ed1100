namespace ControlPlane.Machinery.Serialization;

/// <summary>
/// What strict decoding found and decoding could go on without: unknown and duplicate fields, for fieldValidation=Strict and Warn.
/// Only the places are noted while decoding; paths are spelled out once, at the end, and only when something was found.
/// </summary>
public sealed class DecodeDiagnostics
{
    /// <summary>As many as are collected (sigs.k8s.io/json: strictness errors are capped at 100).</summary>
    public const int Limit = 100;

    private readonly List<Finding> _found = [];
    private string[] _messages = [];

    /// <summary>In the order of the document, each once: <c>unknown field "spec.bogus"</c>, <c>duplicate field "spec.a"</c>.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Was nothing found?</summary>
    public bool IsEmpty => _messages.Length == 0;

    /// <summary>Adds what was found by other means: what is dynamic is decoded first and compared with its schema afterwards.</summary>
    public void Note(string message)
    {
        if (_messages.Length < Limit && !_messages.Contains(message))
            _messages = [.. _messages, message];
    }

    internal void Unknown(long offset) => Add(new(offset, "unknown"));

    internal void Duplicate(long offset) => Add(new(offset, "duplicate"));

    /// <summary>Spells out what was found in that document.</summary>
    internal void Finish(ReadOnlySpan<byte> json)
    {
        if (_found.Count == 0)
            return;
        _found.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        var paths = JsonPath.Locate(json, [.. _found.Select(finding => finding.Offset)]);
        _messages = [.. _found.Select((finding, i) => $"{finding.What} field \"{paths[i]}\"").Distinct()];
    }

    private void Add(Finding finding)
    {
        if (_found.Count < Limit)
            _found.Add(finding);
    }

    private readonly record struct Finding(long Offset, string What);
}

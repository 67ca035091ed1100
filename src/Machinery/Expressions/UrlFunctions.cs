using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>URLs: url('https://a/b'), isURL and their parts (apiserver: pkg/cel/library/urls.go). What begins with a slash is a URL too: one without host.</summary>
public sealed class UrlFunctions : CelLibrary
{
    private static readonly CelType Type = CelType.Opaque("net.URL");

    /// <inheritdoc/>
    public override string Name => "kubernetes.url";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        declare.Type(Type);
        declare.Function("url", "string_to_url", [CelType.String], Type, arguments => Parse(arguments[0].AsString) is { } url
            ? CelValue.Of(url)
            : CelValue.Error($"URL parse error during conversion from string: parse \"{arguments[0].AsString}\": invalid URI for request"));
        declare.Function("isURL", "is_url_string", [CelType.String], CelType.Bool, arguments => CelValue.Of(Parse(arguments[0].AsString) is not null));
        Part(declare, "getScheme", url => url.Scheme);
        Part(declare, "getHost", url => url.Port.Length > 0 ? $"{url.Host}:{url.Port}" : url.Host);
        Part(declare, "getHostname", url => url.Host.Trim('[', ']'));
        Part(declare, "getPort", url => url.Port);
        Part(declare, "getEscapedPath", url => url.Path);
        declare.Method("getQuery", "url_get_query", [Type], CelType.Map(CelType.String, CelType.List(CelType.String)), arguments => Query(((Url)arguments[0].AsObject).Query));
    }

    private static void Part(CelDeclarations declare, string name, Func<Url, string> part) =>
        declare.Method(name, $"url_{name}", [Type], CelType.String, arguments => CelValue.Of(part((Url)arguments[0].AsObject)));

    private static CelValue Query(string query)
    {
        var values = new Dictionary<CelValue, CelValue>();
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToLookup(pair => Unescape(pair[0]), pair => pair.Length > 1 ? Unescape(pair[1]) : "");
        foreach (var name in pairs)
            values[CelValue.Of(name.Key)] = CelValue.ListOf([.. name.Select(CelValue.Of)]);
        return CelValue.Of(new CelMap(values));
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static Url? Parse(string text)
    {
        if (text.Length == 0 || text.Any(c => c <= ' ' || c == '\x7f'))
            return null;
        if (text[0] == '/')
            return Split(text, "", "", text);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase) ? OfUri(text, uri) : null;
    }

    private static Url? OfUri(string text, Uri uri)
    {
        var rest = text[(uri.Scheme.Length + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            return Split(text, uri.Scheme, "", rest);
        var end = rest.AsSpan(2).IndexOfAny("/?#");
        var authority = end < 0 ? rest[2..] : rest[2..(end + 2)];
        return Split(text, uri.Scheme, authority[(authority.LastIndexOf('@') + 1)..], end < 0 ? "" : rest[(end + 2)..]);
    }

    private static Url Split(string text, string scheme, string authority, string rest)
    {
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var colon = authority.LastIndexOf(':');
        var hasPort = colon >= 0 && !authority.EndsWith(']');
        return new Url(text, scheme, hasPort ? authority[..colon] : authority, hasPort ? authority[(colon + 1)..] : "", question < 0 ? rest : rest[..question], question < 0 ? "" : rest[(question + 1)..]);
    }

    private sealed record Url(string Text, string Scheme, string Host, string Port, string Path, string Query) : ICelObject
    {
        public CelType Type => UrlFunctions.Type;

        public bool TryGetField(string name, out CelValue value)
        {
            value = default;
            return false;
        }

        public bool ValueEquals(ICelObject other) => other is Url url && url.Text == Text;
    }
}

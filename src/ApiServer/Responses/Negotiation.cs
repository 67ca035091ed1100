using System.Collections.Immutable;
using System.Globalization;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>
/// Chooses the form of an answer by the Accept header: the first of its clauses, by weight and then as written, that can be served
/// (apiserver: pkg/endpoints/handlers/negotiation).
/// </summary>
internal static class Negotiation
{
    /// <summary>Which views a path offers.</summary>
    [Flags]
    public enum Views
    {
        /// <summary>The object only.</summary>
        None = 0,

        /// <summary>Tables.</summary>
        Table = 1,

        /// <summary>PartialObjectMetadata.</summary>
        Metadata = 2,

        /// <summary>PartialObjectMetadataList.</summary>
        MetadataList = 4,
    }

    /// <summary>The form to answer in.</summary>
    /// <param name="request">Whose Accept header, user agent and ?pretty= count.</param>
    /// <param name="offered">The media types that the path has, the default first; each may have a parameter (stream=watch) that only errors show.</param>
    /// <param name="views">The views that the path has.</param>
    /// <exception cref="ApiException">406: nothing that is acceptable can be served.</exception>
    public static Representation Choose(HttpRequest request, ImmutableArray<string> offered, Views views)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || string.IsNullOrWhiteSpace(accept[0]))
            return new(MediaTypes.Bare(offered[0]), ObjectShape.Whole, "v1", WantsPretty(request));
        foreach (var clause in Clauses(accept.ToString()))
        {
            if (TryServe(clause, offered, views) is { } found)
                return found with { Pretty = found.Pretty || WantsPretty(request) };
        }

        throw ApiError.NotAcceptable(offered);
    }

    private static Representation? TryServe(Clause clause, ImmutableArray<string> offered, Views views)
    {
        foreach (var offer in offered)
        {
            var type = MediaTypes.Bare(offer);
            if (Matches(clause.Type, type) && TryShape(clause, type, views, out var shape, out var version))
                return new(type, shape, version, clause.Parameter("pretty") == "1");
        }

        return null;
    }

    private static bool Matches(string wanted, string type) =>
        wanted == type || wanted == "*/*" || (wanted.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(wanted[..^1], StringComparison.Ordinal));

    private static bool TryShape(Clause clause, string type, Views views, out ObjectShape shape, out string version)
    {
        var wanted = clause.Parameter("as");
        var group = clause.Parameter("g");
        version = clause.Parameter("v") is { Length: > 0 } v ? v : "v1";
        shape = wanted switch
        {
            "" => ObjectShape.Whole,
            "Table" => ObjectShape.Table,
            _ => ObjectShape.Metadata,
        };
        if (wanted.Length == 0)
            return true;
        var offered = wanted switch
        {
            "Table" => views.HasFlag(Views.Table) && type != MediaTypes.Protobuf,
            "PartialObjectMetadata" => views.HasFlag(Views.Metadata),
            "PartialObjectMetadataList" => views.HasFlag(Views.MetadataList),
            _ => false,
        };
        return offered && group == "meta.k8s.io" && version is "v1" or "v1beta1";
    }

    private static bool WantsPretty(HttpRequest request)
    {
        if (request.QueryString.HasValue && request.Query.TryGetValue("pretty", out var values) && !string.IsNullOrEmpty(values[0]))
            return values[0] is "1" or "t" or "T" or "true" or "TRUE" or "True";
        var agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
            || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal);
    }

    private static IEnumerable<Clause> Clauses(string header) =>
        header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Clause.Parse)
            .OrderByDescending(clause => clause.Weight); // stable: as written among equals

    private sealed record Clause(string Type, double Weight, Dictionary<string, string> Parameters)
    {
        public static Clause Parse(string text)
        {
            var parts = text.Split(';', StringSplitOptions.TrimEntries);
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in parts.AsSpan(1))
            {
                if (part.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value])
                    parameters[name] = value.Trim('"');
            }

            var weight = parameters.TryGetValue("q", out var q) && double.TryParse(q, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 1;
            return new(parts[0].ToLowerInvariant(), weight, parameters);
        }

        public string Parameter(string name) => Parameters.GetValueOrDefault(name, "");
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Node.Server.Logs;

/// <summary>Which part of a log, and how.</summary>
internal sealed record LogOptions
{
    /// <summary>Go on until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>The container before the one that runs.</summary>
    public bool Previous { get; init; }

    /// <summary>Each line's time before it.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only so many lines at the end; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>At most so many bytes; null for all.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Only what was written since then; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>"Stdout" or "Stderr" alone; "" or "All" for both.</summary>
    public string Stream { get; init; } = "";

    /// <summary>From a request's query.</summary>
    /// <exception cref="FormatException">A value is none.</exception>
    public static LogOptions Parse(IQueryCollection query, DateTimeOffset now) => new()
    {
        Follow = Flag(query, "follow"),
        Previous = Flag(query, "previous"),
        Timestamps = Flag(query, "timestamps"),
        TailLines = Number(query, "tailLines"),
        LimitBytes = Number(query, "limitBytes"),
        Since = Number(query, "sinceSeconds") is { } seconds ? now - TimeSpan.FromSeconds(seconds)
            : query["sinceTime"].FirstOrDefault() is { Length: > 0 } time ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null,
        Stream = query["stream"].FirstOrDefault() ?? "",
    };

    private static bool Flag(IQueryCollection query, string name) => query[name].FirstOrDefault() is "true" or "1" or "True" or "t";

    private static long? Number(IQueryCollection query, string name) =>
        query[name].FirstOrDefault() is { Length: > 0 } text ? long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : null;
}

using System.Text;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Texts for people, as Warning headers: <c>299 - "text"</c>.</summary>
internal static class WarningHeaders
{
    // apiserver: pkg/endpoints/filters/warning.go
    private const int TotalCharactersMax = 4 * 1024;
    private const int EachCharactersMax = 256;

    /// <summary>Writes them all, each once; cuts them short when they are too many.</summary>
    public static void Write(ApiContext context)
    {
        if (context.Warnings.Count == 0)
            return;
        var texts = context.Warnings.Distinct(StringComparer.Ordinal).ToList();
        if (texts.Sum(text => text.Length) > TotalCharactersMax)
            texts = [.. texts.Select(text => text.Length > EachCharactersMax ? text[..EachCharactersMax] : text)];
        var total = 0;
        foreach (var text in texts)
        {
            total += text.Length;
            if (total > TotalCharactersMax)
                break;
            context.Http.Response.Headers.Append("Warning", $"299 - \"{Escape(text)}\"");
        }
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                escaped.Append('\\').Append(c);
            else
                escaped.Append(char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ControlPlane.Resources.Core.BootstrapTokens;

/// <summary>A token with which a node joins: "abcdef.0123456789abcdef", of which the part before the dot may be told to anybody.</summary>
/// <param name="Id">Names the token: 6 characters.</param>
/// <param name="Secret">Proves it: 16 characters.</param>
public readonly partial record struct BootstrapToken(string Id, string Secret)
{
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Reads a token.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BootstrapToken? token)
    {
        token = Form().IsMatch(text) ? new(text[..6], text[7..]) : null;
        return token is not null;
    }

    /// <summary>Is that the form of an id?</summary>
    public static bool IsId(string text) => IdForm().IsMatch(text);

    /// <summary>A token that nobody guesses.</summary>
    public static BootstrapToken Create() => new(
        System.Security.Cryptography.RandomNumberGenerator.GetString(Letters, 6), System.Security.Cryptography.RandomNumberGenerator.GetString(Letters, 16));

    /// <summary>The id alone: tokens must not reach logs.</summary>
    public override string ToString() => Id;

    /// <summary>As it is given to those who join.</summary>
    public string ToText() => $"{Id}.{Secret}";

    // bootstrapapi: BootstrapTokenPattern
    [GeneratedRegex("\\A[a-z0-9]{6}\\.[a-z0-9]{16}\\z")]
    private static partial Regex Form();

    [GeneratedRegex("\\A[a-z0-9]{6}\\z")]
    private static partial Regex IdForm();
}

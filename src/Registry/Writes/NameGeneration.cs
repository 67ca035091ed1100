using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Registry.Writes;

/// <summary>Names made from a generateName (apiserver: pkg/storage/names).</summary>
internal static class NameGeneration
{
    /// <summary>How many names are tried before the client is told that there is none left.</summary>
    public const int MaxAttempts = 8; // apiserver: pkg/registry/generic/registry/store.go, maxNameGenerationCreateAttempts

    private const int RandomLength = 5;
    private const int MaxBaseLength = 63 - RandomLength;

    // No vowels and no digits that look like them, so that no words come out.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A name that begins with the base.</summary>
    public static string Generate(string generateName, Random random) =>
        string.Concat(generateName.AsSpan(0, Math.Min(generateName.Length, MaxBaseLength)), new string(random.GetItems<char>(Alphabet, RandomLength)));

    /// <summary>409: all names that were tried are taken.</summary>
    public static ApiException Exhausted(GroupResource resource, string name)
    {
        var taken = ApiError.AlreadyExists(resource, name);
        return new ApiException(taken.Status with
        {
            Message = taken.Message + ", the server was not able to generate a unique name for the object",
            Details = taken.Status.Details! with { RetryAfterSeconds = 1 },
        });
    }
}

using System.Buffers.Binary;
using System.Globalization;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>The name of a template: the value of the label pod-template-hash and the end of its ReplicaSet's name.</summary>
/// <remarks>
/// 32-bit FNV-1a in upstream's alphabet. What is hashed is the template's protobuf form rather than Go's print of it, so a new ReplicaSet's name differs
/// from the one that upstream would give it; existing ones are found by comparing templates, whoever named them.
/// </remarks>
internal static class TemplateHash
{
    /// <summary>The label that keeps ReplicaSets of one Deployment apart.</summary>
    public const string Label = "pod-template-hash";

    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789"; // apimachinery: util/rand, without vowels: no words come out

    /// <summary>The hash; the count of collisions makes another one of the same template.</summary>
    public static string Of(PodTemplateSpec template, int? collisionCount)
    {
        var hash = Fnv1a(2166136261, Protobuf.Encode(template));
        if (collisionCount is { } collisions)
        {
            Span<byte> salt = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(salt, (uint)collisions);
            hash = Fnv1a(hash, salt);
        }
        var digits = hash.ToString(CultureInfo.InvariantCulture);
        return string.Create(digits.Length, digits, static (text, digits) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Alphabet[digits[i] % Alphabet.Length];
        });
    }

    /// <summary>Do they describe the same pods? The label itself does not count.</summary>
    public static bool AreEqual(PodTemplateSpec one, PodTemplateSpec other) => Unlabelled(one) == Unlabelled(other);

    private static PodTemplateSpec Unlabelled(PodTemplateSpec template) =>
        template with { Metadata = template.Metadata with { Labels = template.Metadata.Labels.Without(Label) } };

    private static uint Fnv1a(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var octet in bytes)
            hash = (hash ^ octet) * 16777619;
        return hash;
    }
}

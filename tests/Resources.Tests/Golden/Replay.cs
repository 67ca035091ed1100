using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>What was said to one request, here or there.</summary>
/// <param name="Object">The object made; null of a refusal.</param>
/// <param name="Message">Of a refusal, objects masked.</param>
/// <param name="Causes">Of a refusal.</param>
/// <param name="Warnings">Texts.</param>
internal sealed record Outcome(JsonObject? Object, string? Message, IReadOnlyList<string> Causes, IReadOnlyList<string> Warnings);

/// <summary>Plays requests against a definition alone: decoding, defaulting, preparing, checking, in the order of the write path.</summary>
internal sealed class Replay(ResourceDefinition definition, ServedVersion version, JsonObject? created)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Uid = "0f0e0d0c-0b0a-0908-0706-050403020100";

    private static readonly WriteContext Writer =
        new("kubernetes-admin", "", ["system:masters", "system:authenticated"], ImmutableDictionary<string, ImmutableArray<string>>.Empty, Now);

    private readonly string _namespace = created?["metadata"]?["namespace"]?.GetValue<string>() ?? "";

    /// <summary>The definition and version that serve such an object; null where none does.</summary>
    public static Replay? For(JsonObject sample, JsonObject? created)
    {
        var kind = GroupVersionKind.Parse(sample["apiVersion"]!.GetValue<string>(), sample["kind"]!.GetValue<string>());
        return (from definition in BuiltInDefinitions.Served
                from version in definition.Versions
                where version.Kind == kind
                select new Replay(definition, version, created)).FirstOrDefault();
    }

    private WriteContext Context => Writer with { Version = version.Kind.GroupVersion };

    /// <summary>Creates it.</summary>
    /// <exception cref="DecodeException">It is no such object.</exception>
    public Outcome Create(JsonObject sent)
    {
        var value = AdmissionMade.OnCreate(ReadForCreate(sent));
        if (definition.Traits.Status is { IsKeptOnCreate: false } status)
            value = status.WithStatusOf(value, status.Empty);
        value = definition.PrepareForCreate(value, Writer);
        var errors = new FieldErrors();
        ObjectMetaRules.CheckNew(value.Metadata, definition.Info.IsNamespaced, definition.NameRule, !definition.Info.IsStoredAsJson, errors);
        definition.Validate(value, Context, errors);
        return Answer(value, null, errors);
    }

    /// <summary>Writes it over the stored one.</summary>
    /// <exception cref="DecodeException">It is no such object.</exception>
    public Outcome Update(JsonObject sent)
    {
        var old = Stored();
        var value = Read(sent);
        var metadata = value.Metadata;
        value = value.WithMetadata(metadata with
        {
            Name = metadata.Name.Length == 0 ? old.Metadata.Name : metadata.Name,
            Uid = metadata.Uid.Length == 0 ? old.Metadata.Uid : metadata.Uid,
            ResourceVersion = old.Metadata.ResourceVersion,
            CreationTimestamp = old.Metadata.CreationTimestamp,
            Generation = old.Metadata.Generation,
            DeletionTimestamp = old.Metadata.DeletionTimestamp ?? metadata.DeletionTimestamp,
            DeletionGracePeriodSeconds = metadata.DeletionGracePeriodSeconds ?? old.Metadata.DeletionGracePeriodSeconds,
        });
        value = AdmissionMade.OnUpdate(value, old);
        if (definition.Traits.Status is { } status)
            value = status.WithStatusOf(value, old);
        value = definition.PrepareForUpdate(value, old, Writer);
        var errors = new FieldErrors();
        ObjectMetaRules.CheckUpdate(value.Metadata, old.Metadata, definition.Traits, definition.NameRule, isBuiltIn: true, errors);
        definition.ValidateUpdate(value, old, Context, errors);
        return Answer(value, old, errors);
    }

    private IApiObject ReadForCreate(JsonObject sent)
    {
        var value = Read(sent);
        var metadata = value.Metadata;
        return value.WithMetadata(metadata with
        {
            Name = metadata is { Name.Length: 0, GenerateName.Length: > 0 } ? metadata.GenerateName + "abcde" : metadata.Name,
            Uid = Uid,
            CreationTimestamp = Timestamp.From(Now),
            DeletionTimestamp = null,
            DeletionGracePeriodSeconds = null,
        });
    }

    private IApiObject Read(JsonObject sent)
    {
        var diagnostics = new DecodeDiagnostics();
        var value = version.ReadJson(Encoding.UTF8.GetBytes(sent.ToJsonString()), diagnostics);
        if (!diagnostics.IsEmpty)
            throw new DecodeException(string.Join(", ", diagnostics.Messages));
        value = definition.Default(version.ToHub(version.Default(value)));
        return value.Metadata.Namespace.Length == 0 && definition.Info.IsNamespaced
            ? value.WithMetadata(value.Metadata with { Namespace = _namespace })
            : value;
    }

    private IApiObject Stored()
    {
        var text = created!.ToJsonString(Unescaped)
            .Replace("kube-api-access-*", "kube-api-access-abcde", StringComparison.Ordinal)
            .Replace("<uid>", Uid, StringComparison.Ordinal);
        var value = version.ToHub(version.ReadJson(Encoding.UTF8.GetBytes(text), null));
        return value.WithMetadata(value.Metadata with
        {
            Uid = Uid,
            ResourceVersion = "1",
            CreationTimestamp = Timestamp.From(Now),
        });
    }

    // What is answered is what a read would give: the storage form tells less apart.
    private IApiObject Read(IApiObject written)
    {
        var storage = definition.Storage;
        return storage.HasProtobuf ? storage.ToHub(storage.ReadProtobuf(Protobuf.Encode(storage.FromHub(written)))) : written;
    }

    private Outcome Answer(IApiObject value, IApiObject? old, FieldErrors errors)
    {
        if (errors.IsEmpty)
        {
            IEnumerable<string> deprecation = version.Deprecation is { } warning ? [warning] : [];
            return new(JsonNode.Parse(version.WriteJson(version.FromHub(Read(value))))!.AsObject(), null, [], [.. deprecation, .. definition.Warnings(value, old)]);
        }

        var status = ApiError.Invalid(definition.Hub.GroupKind, value.Metadata.Name, errors.All).Status;
        return new(
            null,
            Masking.Mask(status.Message),
            [.. status.Details!.Causes.Select(cause => Golden.Answer.Cause(cause.Reason, cause.Field, cause.Message))],
            []);
    }
}

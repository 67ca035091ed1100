using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Registry.Writes;

/// <summary>What the server alone says of an object.</summary>
internal static class SystemFields
{
    /// <summary>A new object with its name, uid and time of creation, whatever the client sent there (apiserver: rest.FillObjectMetaSystemFields).</summary>
    public static IApiObject ForCreate(IApiObject value, DateTimeOffset now, Random random)
    {
        var metadata = value.Metadata;
        return value.WithMetadata(metadata with
        {
            Name = metadata is { Name.Length: 0, GenerateName.Length: > 0 } ? NameGeneration.Generate(metadata.GenerateName, random) : metadata.Name,
            Uid = NewUid(random),
            CreationTimestamp = Timestamp.From(now),
            DeletionTimestamp = null,
            DeletionGracePeriodSeconds = null,
            SelfLink = "",
        });
    }

    /// <summary>An update with what an update cannot change, as it was (apiserver: rest.BeforeUpdate).</summary>
    public static IApiObject ForUpdate(IApiObject value, ObjectMeta old)
    {
        var metadata = value.Metadata;
        return value.WithMetadata(metadata with
        {
            Uid = metadata.Uid.Length == 0 ? old.Uid : metadata.Uid,
            Generation = old.Generation,
            CreationTimestamp = old.CreationTimestamp,
            DeletionTimestamp = old.DeletionTimestamp ?? metadata.DeletionTimestamp,
            DeletionGracePeriodSeconds = metadata.DeletionGracePeriodSeconds ?? old.DeletionGracePeriodSeconds,
            SelfLink = "",
        });
    }

    private static string NewUid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40); // version 4
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80); // RFC 4122's variant
        return new Guid(bytes, bigEndian: true).ToString();
    }
}

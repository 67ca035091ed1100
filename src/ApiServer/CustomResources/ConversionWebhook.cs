using System.Net.Http.Headers;
using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Converts objects between versions by asking the definition's own server (apiextensions: pkg/apiserver/conversion/webhook_converter.go). Asked while an answer is
/// made, and once for each version of an object: what came out is kept with the object in the cache.
/// </summary>
/// <param name="conversion">Where to ask, and in which form.</param>
/// <param name="client">Asks.</param>
internal sealed class ConversionWebhook(CustomResourceConversion conversion, ConversionClient client)
{
    /// <summary>The object in another version.</summary>
    /// <exception cref="ApiException">500: the webhook cannot be reached, refuses, or answers with something else.</exception>
    public DynamicObject Convert(DynamicObject value, GroupVersionKind kind)
    {
        // A random name would do; the object's own tells a server's log more.
        var uid = value.Metadata.Uid.Length > 0 ? value.Metadata.Uid : "new";
        try
        {
            var review = client.Ask(conversion.Webhook!.ClientConfig!, Request(uid, value, kind));
            return Converted(review, uid, value, kind);
        }
        catch (Exception failed) when (failed is HttpRequestException or TreeFormatException or DecodeException or FormatException or OperationCanceledException)
        {
            throw Failed(kind, failed.Message);
        }
    }

    private byte[] Request(string uid, DynamicObject value, GroupVersionKind kind)
    {
        var version = conversion.Webhook!.ConversionReviewVersions.AsSpan().ToArray().First(known => known is "v1" or "v1beta1");
        return TreeWriter.ToBytes(TreeObject.Of(
            new("apiVersion", TreeString.Of($"apiextensions.k8s.io/{version}")),
            new("kind", TreeString.Of("ConversionReview")),
            new("request", TreeObject.Of(
                new("desiredAPIVersion", TreeString.Of(kind.ApiVersion)),
                new("objects", TreeList.Of(value.ToTree())),
                new("uid", TreeString.Of(uid))))));
    }

    private static DynamicObject Converted(TreeObject review, string uid, DynamicObject value, GroupVersionKind kind)
    {
        var response = review.Object("response") ?? throw Failed(kind, "no response provided");
        if (response.String("uid") != uid)
            throw Failed(kind, $"expected response.uid={FieldErrors.Quote(uid)}, got {FieldErrors.Quote(response.String("uid") ?? "")}");
        var result = response.Object("result");
        if (result?.String("status") != "Success")
            throw Failed(kind, result?.String("message") is { Length: > 0 } message ? message : "response.result.status was '', not 'Success'");
        if (response.List("convertedObjects") is not [TreeObject made])
            throw Failed(kind, FormattableString.Invariant($"expected 1 converted objects, got {response.List("convertedObjects")?.Count ?? 0}"));
        if (made.String("apiVersion") != kind.ApiVersion || made.String("kind") != kind.Kind)
            throw Failed(kind, $"expected {kind}, got {made.String("apiVersion")}, Kind={made.String("kind")}");
        return new DynamicObject(kind, Metadata(made, value.Metadata, kind), made.Without("apiVersion").Without("kind").Without("metadata"));
    }

    // Of the metadata, a conversion may change labels and annotations, no more.
    private static ObjectMeta Metadata(TreeObject made, ObjectMeta before, GroupVersionKind kind)
    {
        var metadata = Json.Decode<ObjectMeta>(TreeWriter.ToBytes(made["metadata"] ?? TreeObject.Empty));
        if (metadata.Name != before.Name || metadata.Namespace != before.Namespace || metadata.Uid != before.Uid)
            throw Failed(kind, "invalid metadata in object at index 0: name, namespace and uid must be unchanged");
        return before with { Labels = metadata.Labels, Annotations = metadata.Annotations };
    }

    private static ApiException Failed(GroupVersionKind kind, string why) => ApiError.Internal($"conversion webhook for {kind} failed: {why}");
}

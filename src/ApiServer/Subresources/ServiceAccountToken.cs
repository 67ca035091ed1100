using ControlPlane.ApiServer.Authentication.ServiceAccounts;
using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Types.Authentication;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>Makes a token for a service account, bound to an object if asked for (pkg/registry/core/serviceaccount/storage/token.go).</summary>
internal sealed class ServiceAccountToken(ResourceCatalog catalog, ServiceAccountTokens tokens) : IComputedResource
{
    // pkg/apis/authentication/validation: 10 minutes to 2^32 seconds; an hour where nothing is said
    private const long SecondsMin = 10 * 60;
    private const long SecondsMax = 1L << 32;
    private const long SecondsDefault = 60 * 60;

    /// <inheritdoc/>
    public GroupResource Resource => new("", "serviceaccounts");

    /// <inheritdoc/>
    public string Subresource => "token";

    /// <inheritdoc/>
    public async ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel)
    {
        var account = (await operation.Store.GetAsync(operation.Key, "", cancel)).Record.Metadata;
        var request = Completed((TokenRequest)body, account);
        Check(request);
        var order = new TokenOrder(
            operation.Namespace, new ClaimedObject(account.Name, account.Uid), [.. request.Spec.Audiences], request.Spec.ExpirationSeconds ?? SecondsDefault);
        order = await BoundAsync(order, request, account, cancel);
        if (operation.Parameters.DryRun)
            return request;
        var minted = tokens.Mint(order);
        return request with { Status = new TokenRequestStatus { Token = minted.Token, ExpirationTimestamp = Timestamp.From(minted.Expires) } };
    }

    private TokenRequest Completed(TokenRequest request, ObjectMeta account)
    {
        if (request.Metadata.Name.Length > 0 && request.Metadata.Name != account.Name)
            throw ApiError.BadRequest($"the name of the object ({request.Metadata.Name}) does not match the name on the URL ({account.Name})");
        return request with
        {
            Metadata = request.Metadata with { Name = account.Name, Namespace = account.Namespace },
            Spec = request.Spec with
            {
                Audiences = request.Spec.Audiences.IsEmpty ? tokens.ApiAudiences.ToValueList() : request.Spec.Audiences,
                ExpirationSeconds = request.Spec.ExpirationSeconds ?? SecondsDefault,
            },
        };
    }

    private static void Check(TokenRequest request)
    {
        var errors = new FieldErrors();
        var seconds = errors.At("spec.expirationSeconds");
        if (request.Spec.ExpirationSeconds is < SecondsMin)
            seconds.Invalid(request.Spec.ExpirationSeconds.Value, "may not specify a duration less than 10 minutes");
        if (request.Spec.ExpirationSeconds is > SecondsMax)
            seconds.Invalid(request.Spec.ExpirationSeconds.Value, "may not specify a duration larger than 2^32 seconds");
        if (!errors.IsEmpty)
            throw ApiError.Invalid(TokenRequest.Kind.GroupKind, request.Metadata.Name, errors.All);
    }

    private async ValueTask<TokenOrder> BoundAsync(TokenOrder order, TokenRequest request, ObjectMeta account, CancellationToken cancel)
    {
        if (request.Spec.BoundObjectRef is not { } reference)
            return order;
        switch (reference.ApiVersion, reference.Kind)
        {
            case ("v1", "Pod"):
                var pod = (Pod)await FindAsync("pods", order.Namespace, reference, cancel);
                if (pod.Spec.ServiceAccountName != account.Name)
                    throw ApiError.BadRequest($"cannot bind token for serviceaccount \"{account.Name}\" to pod running with different serviceaccount name.");
                var bound = order with { Pod = Claimed(pod) };
                // The node is told too, so that a token that turns up elsewhere can be noticed.
                return pod.Spec.NodeName.Length == 0 ? bound : bound with { Node = NodeOf(pod.Spec.NodeName) };
            case ("v1", "Secret"):
                return order with { Secret = Claimed(await FindAsync("secrets", order.Namespace, reference, cancel)) };
            case ("v1", "Node"):
                return order with { Node = Claimed(await FindAsync("nodes", "", reference, cancel)) };
            default:
                throw ApiError.BadRequest($"cannot bind token to object of type {GroupVersionKind.Parse(reference.ApiVersion, reference.Kind)}");
        }
    }

    private async ValueTask<IApiObject> FindAsync(string plural, string @namespace, BoundObjectReference reference, CancellationToken cancel)
    {
        var found = (await StoreOf(plural).GetAsync(new ObjectKey(@namespace, reference.Name), "", cancel)).Record;
        if (reference.Uid.Length > 0 && reference.Uid != found.Metadata.Uid)
        {
            throw ApiError.Conflict(
                new GroupResource("", plural),
                reference.Name,
                $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
        }

        return found;
    }

    private ClaimedObject NodeOf(string name) =>
        StoreOf("nodes").FindCached(new ObjectKey("", name)) is { } node ? Claimed(node.Record) : new ClaimedObject(name, "");

    private ResourceStore StoreOf(string plural) => catalog.Current.Find(new GroupResource("", plural))!;

    private static ClaimedObject Claimed(IApiObject value) => new(value.Metadata.Name, value.Metadata.Uid);
}

using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Pods;

/// <summary>What a controller does with an object that its selector may be about.</summary>
internal enum Claim
{
    /// <summary>Not its own.</summary>
    Ignore,

    /// <summary>Its own.</summary>
    Keep,

    /// <summary>Nobody's, and selected: becomes its own.</summary>
    Adopt,

    /// <summary>Its own, but selected no longer: becomes nobody's.</summary>
    Release,
}

/// <summary>Adopts and releases what owner references and selectors disagree about (controller_ref_manager.go).</summary>
/// <param name="api">Patches the objects, and reads the owner again before it adopts.</param>
internal sealed class Claims(IApiClient api)
{
    /// <summary>What is to be done with one candidate.</summary>
    public static Claim Decide(IApiObject owner, LabelSelector selector, IApiObject candidate)
    {
        var isSelected = selector.Matches(candidate.Metadata.Labels);
        if (candidate.Controller is { } controller)
        {
            if (controller.Uid != owner.Metadata.Uid)
                return Claim.Ignore;
            return isSelected ? Claim.Keep : owner.IsTerminating ? Claim.Ignore : Claim.Release;
        }
        return owner.IsTerminating || !isSelected || candidate.IsTerminating ? Claim.Ignore : Claim.Adopt;
    }

    /// <summary>Carries the decisions out; returns the owner's objects.</summary>
    public async Task<List<T>> ClaimAsync<TOwner, T>(TOwner owner, LabelSelector selector, IReadOnlyList<T> candidates, CancellationToken cancel)
        where TOwner : class, IApiObject<TOwner>
        where T : class, IApiObject<T>
    {
        var claimed = new List<T>(candidates.Count);
        var mayAdopt = (bool?)null;
        foreach (var candidate in candidates)
        {
            switch (Decide(owner, selector, candidate))
            {
                case Claim.Keep:
                    claimed.Add(candidate);
                    break;
                case Claim.Release:
                    await PatchAsync(candidate, ReleasePatch(owner, candidate), cancel);
                    break;
                case Claim.Adopt:
                    mayAdopt ??= await MayAdoptAsync(owner, cancel);
                    if (mayAdopt == true && await PatchAsync(candidate, AdoptPatch(owner, candidate), cancel) is { } adopted)
                        claimed.Add(adopted);
                    break;
            }
        }
        return claimed;
    }

    // The cache may not know yet that the owner is being deleted; what it adopted then would be lost to the garbage collector.
    private async Task<bool> MayAdoptAsync<TOwner>(TOwner owner, CancellationToken cancel)
        where TOwner : class, IApiObject<TOwner> =>
        await api.FindAsync<TOwner>(owner.Key, cancel) is { IsTerminating: false } fresh && fresh.Uid == owner.Uid;

    // 404: it is gone. 422: its uid is another, or it has got another controller meanwhile. Both mean that it is not ours.
    private async Task<T?> PatchAsync<T>(T item, Patch patch, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        try
        {
            return await api.PatchAsync<T>(item.Key, patch, cancel);
        }
        catch (ApiException lost) when (lost.Code is 404 or 422)
        {
            return null;
        }
    }

    private static Patch AdoptPatch(IApiObject owner, IApiObject item) => MetadataPatch(item, json =>
    {
        json.Raw(",\"ownerReferences\":["u8);
        owner.ToControllerReference().WriteJson(json);
        json.Raw("]"u8);
    });

    private static Patch ReleasePatch(IApiObject owner, IApiObject item) => MetadataPatch(item, json =>
    {
        json.Raw(",\"ownerReferences\":[{\"$patch\":\"delete\",\"uid\":"u8);
        json.String(owner.Metadata.Uid);
        json.Raw("}]"u8);
    });

    // The uid is a precondition: it cannot be changed, so another object of that name refuses the patch.
    private static Patch MetadataPatch(IApiObject item, Action<JsonOutput> write)
    {
        var json = new JsonOutput();
        json.Raw("{\"metadata\":{\"uid\":"u8);
        json.String(item.Metadata.Uid);
        write(json);
        json.Raw("}}"u8);
        return Patch.Strategic(json.ToArray());
    }
}

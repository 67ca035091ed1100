using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Checks of what a claim asks for.</summary>
internal static class DeviceClaimChecks
{
    private const int MaxItems = 32; // upstream: pkg/apis/resource, DeviceRequestsMaxSize, DeviceConstraintsMaxSize, DeviceConfigMaxSize
    private const int MaxChoices = 8; // upstream: FirstAvailableDeviceRequestMaxSize
    private const string UnknownRequest = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    internal static void Check(DeviceClaim claim, FieldErrors at)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (claim.Requests.Count > MaxItems)
            at.At("requests").TooMany(claim.Requests.Count, MaxItems);
        for (var i = 0; i < claim.Requests.Count && claim.Requests.Count <= MaxItems; i++)
            CheckRequest(claim.Requests[i], known, at.At("requests", i));
        if (claim.Constraints.Count > MaxItems)
            at.At("constraints").TooMany(claim.Constraints.Count, MaxItems);
        for (var i = 0; i < claim.Constraints.Count && claim.Constraints.Count <= MaxItems; i++)
            CheckConstraint(claim.Constraints[i], known, at.At("constraints", i));
        if (claim.Config.Count > MaxItems)
            at.At("config").TooMany(claim.Config.Count, MaxItems);
        for (var i = 0; i < claim.Config.Count && claim.Config.Count <= MaxItems; i++)
        {
            CheckReferences(claim.Config[i].Requests, known, at.At("config", i).At("requests"));
            DeviceChecks.CheckConfiguration(claim.Config[i].Opaque, at.At("config", i));
        }
    }

    private static void CheckRequest(DeviceRequest request, HashSet<string> known, FieldErrors at)
    {
        at.At("name").Complain(request.Name, Names.Label(request.Name));
        if (!Names.Label(request.Name).Any() && !known.Add(request.Name))
            at.At("name").Duplicate(request.Name);
        if (request.Exactly is null && request.FirstAvailable.IsEmpty)
            at.Required("exactly one of `exactly` or `firstAvailable` is required");
        else if (request.Exactly is not null && !request.FirstAvailable.IsEmpty)
            at.InvalidPrinted("null", "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
        else if (request.Exactly is { } exactly)
            CheckExact(exactly.DeviceClassName, exactly.Selectors, exactly.AllocationMode, exactly.Count, exactly.Tolerations, at.At("exactly"));
        if (request.FirstAvailable.Count > MaxChoices)
            at.At("firstAvailable").TooMany(request.FirstAvailable.Count, MaxChoices);
        for (var i = 0; i < request.FirstAvailable.Count && request.FirstAvailable.Count <= MaxChoices; i++)
        {
            var choice = request.FirstAvailable[i];
            var place = at.At("firstAvailable", i);
            place.At("name").Complain(choice.Name, Names.Label(choice.Name));
            if (!known.Add($"{request.Name}/{choice.Name}"))
                place.At("name").Duplicate(choice.Name);
            CheckExact(choice.DeviceClassName, choice.Selectors, choice.AllocationMode, choice.Count, choice.Tolerations, place);
        }
    }

    private static void CheckExact(string className, ValueList<DeviceSelector> selectors, string mode, long count, ValueList<DeviceToleration> tolerations, FieldErrors at)
    {
        if (className.Length == 0)
            at.At("deviceClassName").Required();
        else
            at.At("deviceClassName").Complain(className, Names.Subdomain(className));
        DeviceChecks.CheckSelectors(selectors, at.At("selectors"));
        switch (mode)
        {
            case "All":
                if (count != 0)
                    at.At("count").Invalid(count, "must not be specified when allocationMode is 'All'");
                break;
            case "ExactCount":
                if (count <= 0)
                    at.At("count").Invalid(count, "must be greater than zero");
                break;
            default:
                at.At("allocationMode").NotSupported(mode, "All", "ExactCount");
                break;
        }

        DeviceTaintChecks.CheckTolerations(tolerations, at.At("tolerations"));
    }

    private static void CheckConstraint(DeviceConstraint constraint, HashSet<string> known, FieldErrors at)
    {
        CheckReferences(constraint.Requests, known, at.At("requests"));
        if (constraint.MatchAttribute is { } match)
            QualifiedDeviceNames.Check(match, at.At("matchAttribute"));
        else if (constraint.DistinctAttribute is { } distinct)
            QualifiedDeviceNames.Check(distinct, at.At("distinctAttribute"));
        else
            at.Required("exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but none are set");
    }

    /// <summary>Names of requests, each there and named once.</summary>
    internal static void CheckReferences(ValueList<string> requests, HashSet<string> known, FieldErrors at)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            CheckReference(requests[i], known, at.At(i));
            if (requests.FindIndex(other => other == requests[i]) < i)
                at.At(i).Duplicate(requests[i]);
        }
    }

    /// <summary>The name of a request, or of one of its choices.</summary>
    internal static void CheckReference(string request, HashSet<string> known, FieldErrors at)
    {
        var parts = request.Split('/');
        foreach (var part in parts.Length > 2 ? [] : parts)
            at.Complain(part, Names.Label(part));
        if (!known.Contains(request))
            at.Invalid(request, UnknownRequest);
    }

    /// <summary>What requests and choices a claim has, by name.</summary>
    internal static HashSet<string> NamesOf(DeviceClaim claim)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in claim.Requests)
        {
            names.Add(request.Name);
            foreach (var choice in request.FirstAvailable)
                names.Add($"{request.Name}/{choice.Name}");
        }

        return names;
    }
}

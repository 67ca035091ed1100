using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Checks of what a claim asks for.</summary>
internal static class DeviceClaimChecks
{
    private const string UnknownRequest = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    internal static void Check(DeviceClaim claim, FieldErrors at)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < claim.Requests.Count; i++)
            CheckRequest(claim.Requests[i], known, at.At("requests", i));
        for (var i = 0; i < claim.Constraints.Count; i++)
            CheckConstraint(claim.Constraints[i], known, at.At("constraints", i));
        for (var i = 0; i < claim.Config.Count; i++)
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
            CheckExact(exactly.DeviceClassName, exactly.Selectors, exactly.AllocationMode, exactly.Count, at.At("exactly"));
        for (var i = 0; i < request.FirstAvailable.Count; i++)
        {
            var choice = request.FirstAvailable[i];
            var place = at.At("firstAvailable", i);
            place.At("name").Complain(choice.Name, Names.Label(choice.Name));
            known.Add($"{request.Name}/{choice.Name}");
            CheckExact(choice.DeviceClassName, choice.Selectors, choice.AllocationMode, choice.Count, place);
        }
    }

    private static void CheckExact(string className, ValueList<DeviceSelector> selectors, string mode, long count, FieldErrors at)
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

    private static void CheckReferences(ValueList<string> requests, HashSet<string> known, FieldErrors at)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            foreach (var part in requests[i].Split('/').Take(2))
                at.At(i).Complain(requests[i], Names.Label(part));
            if (!known.Contains(requests[i]))
                at.At(i).Invalid(requests[i], UnknownRequest);
            if (requests.FindIndex(other => other == requests[i]) < i)
                at.At(i).Duplicate(requests[i]);
        }
    }
}

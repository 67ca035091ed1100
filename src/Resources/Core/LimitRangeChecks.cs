using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Checks of the amounts of a limit range against each other.</summary>
internal static class LimitRangeChecks
{
    internal static void CheckType(string type, FieldErrors at)
    {
        var before = at.All.Count;
        at.Complain(type, Names.QualifiedName(type));
        if (at.All.Count == before && !type.Contains('/', StringComparison.Ordinal) && type is not ("Pod" or "Container" or "PersistentVolumeClaim"))
            at.Invalid(type, "must be a standard limit type or fully qualified");
    }

    internal static void CheckAmounts(LimitRangeItem item, FieldErrors at)
    {
        CheckNames(item, item.Max, at.At("max"));
        CheckNames(item, item.Min, at.At("min"));
        if (item.Type == "Pod")
        {
            if (!item.Default.IsEmpty)
                at.At("default").Forbidden("may not be specified when `type` is 'Pod'");
            if (!item.DefaultRequest.IsEmpty)
                at.At("defaultRequest").Forbidden("may not be specified when `type` is 'Pod'");
        }
        else
        {
            CheckNames(item, item.Default, at.At("default"));
            CheckNames(item, item.DefaultRequest, at.At("defaultRequest"));
        }

        if (item.Type == "PersistentVolumeClaim" && !item.Min.ContainsKey("storage") && !item.Max.ContainsKey("storage"))
            at.At("limits").Required("either minimum or maximum storage value is required, but neither was provided");
        CheckNames(item, item.MaxLimitRequestRatio, at.At("maxLimitRequestRatio"));
        var keys = new[] { item.Max, item.Min, item.Default, item.DefaultRequest, item.MaxLimitRequestRatio }.SelectMany(amounts => amounts.Keys).Distinct().Order(StringComparer.Ordinal);
        foreach (var key in keys)
            CheckOrder(item, key, at);
    }

    private static void CheckNames(LimitRangeItem item, ValueMap<Quantity> amounts, FieldErrors at)
    {
        foreach (var name in amounts.Keys)
        {
            if (item.Type is "Pod" or "Container")
                at.Key(name).ContainerResourceName(name);
            else
                at.Key(name).ResourceName(name);
        }
    }

    private static void CheckOrder(LimitRangeItem item, string key, FieldErrors at)
    {
        var (min, max) = (Find(item.Min, key), Find(item.Max, key));
        var (byDefault, request) = (Find(item.Default, key), Find(item.DefaultRequest, key));
        Compare(min, max, min, "min", "min value", "max value");
        Compare(min, request, request, "defaultRequest", "min value", "default request value");
        Compare(request, max, request, "defaultRequest", "default request value", "max value");
        Compare(request, byDefault, request, "defaultRequest", "default request value", "default limit value");
        Compare(min, byDefault, min, "default", "min value", "default value");
        Compare(byDefault, max, max, "default", "default value", "max value");
        CheckRatio(Find(item.MaxLimitRequestRatio, key), min, max, at.At("maxLimitRequestRatio").Key(key));
        if (!ResourceChecks.IsOvercommittable(key) && byDefault is { } limit && request is { } asked && limit != asked)
            at.At("defaultRequest").Key(key).Invalid(asked.ToString(), $"default value {limit} must equal to defaultRequest value {asked} in {key}");

        void Compare(Quantity? less, Quantity? more, Quantity? printed, string field, string lessName, string moreName)
        {
            if (less > more)
                at.At(field).Key(key).Invalid(printed.ToString(), $"{lessName} {less} is greater than {moreName} {more}");
        }
    }

    private static void CheckRatio(Quantity? ratio, Quantity? min, Quantity? max, FieldErrors at)
    {
        if (ratio is not { } known)
            return;
        if (known < new Quantity(1))
            at.Invalid(known.ToString(), $"ratio {known} is less than 1");
        if (min is { Sign: > 0 } least && max is { } most && known.ToDouble() > most.ToDouble() / least.ToDouble())
            at.Invalid(known.ToString(), FormattableString.Invariant($"ratio {known} is greater than max/min = {most.ToDouble() / least.ToDouble():F6}"));
    }

    private static Quantity? Find(ValueMap<Quantity> amounts, string key) => amounts.TryGetValue(key, out var quantity) ? quantity : null;
}

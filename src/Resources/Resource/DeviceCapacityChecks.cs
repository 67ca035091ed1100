using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>How much of a device that several claims share each may ask for (pkg/apis/resource/validation: validateRequestPolicy).</summary>
internal static class DeviceCapacityChecks
{
    private const int MaxOptions = 10; // upstream: CapacityRequestPolicyDiscreteMaxOptions

    internal static void Check(DeviceCapacity capacity, bool isShared, FieldErrors at)
    {
        if (capacity.RequestPolicy is not { } policy)
            return;
        var place = at.At("requestPolicy");
        if (!isShared)
            place.Forbidden("allowMultipleAllocations must be true");
        else if (!policy.ValidValues.IsEmpty && policy.ValidRange is not null)
            place.Forbidden("exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time");
        else if (!policy.ValidValues.IsEmpty)
            CheckValues(policy, capacity.Value, place);
        else if (policy.ValidRange is { } range)
            CheckRange(policy, range, capacity.Value, place);
    }

    private static void CheckValues(CapacityRequestPolicy policy, Quantity capacity, FieldErrors at)
    {
        if (policy.Default is not { } chosen)
        {
            at.At("default").Required("required when validValues is defined");
            return;
        }

        var (values, place) = (policy.ValidValues, at.At("validValues"));
        for (var i = 1; i < values.Count; i++)
        {
            if (values[i - 1] > values[i])
                place.At(i).Invalid(values[i].ToString(), "values must be sorted in ascending order");
        }

        if (values.Count > MaxOptions)
        {
            place.TooMany(values.Count, MaxOptions);
        }
        else
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (values[i] > capacity)
                    place.At(i).Invalid(values[i].ToString(), $"option is larger than capacity value: {capacity}");
            }

            for (var i = 1; i < values.Count; i++)
            {
                if (values.FindIndex(other => other == values[i]) < i)
                    place.At(i).Duplicate(values[i].ToString());
            }
        }

        if (values.Count > MaxOptions || !values.Contains(chosen))
            place.Invalid(chosen.ToString(), "default value is not valid according to the requestPolicy");
    }

    private static void CheckRange(CapacityRequestPolicy policy, CapacityRequestPolicyRange range, Quantity capacity, FieldErrors at)
    {
        var place = at.At("validRange");
        if (policy.Default is not { } chosen)
        {
            at.At("default").Required("required when validRange is defined");
            return;
        }

        if (range.Min is not { } min)
        {
            place.At("min").Required("required when validRange is defined");
            return;
        }

        if (min > capacity)
            place.At("min").Invalid(min.ToString(), $"min is larger than capacity value: {capacity}");
        if (chosen < min)
            place.At("default").Invalid(chosen.ToString(), $"default is less than min: {min}");
        if (range.Max is { } max)
        {
            if (min > max)
                place.At("max").Invalid(min.ToString(), $"min is larger than max: {max}");
            if (max > capacity)
                place.At("max").Invalid(max.ToString(), $"max is larger than capacity value: {capacity}");
            if (chosen > max)
                place.At("default").Invalid(chosen.ToString(), $"default is more than max: {max}");
        }

        if (range.Step is { } step)
            CheckStep(step, min, chosen, range.Max, capacity, place.At("step"));
    }

    private static void CheckStep(Quantity step, Quantity min, Quantity chosen, Quantity? max, Quantity capacity, FieldErrors at)
    {
        if (step.Sign <= 0)
        {
            at.Invalid(step.ToString(), "must be greater than zero");
            return;
        }

        if (min + step > capacity)
            at.Invalid(step.ToString(), $"one step {min + step} is larger than capacity value: {capacity}");
        foreach (var value in new[] { chosen, max })
        {
            if (value is { } known && step.Value > 0 && (known.Value - min.Value) % step.Value != 0)
                at.Invalid(known.ToString(), $"value is not a multiple of a given step ({step}) from ({min})");
        }
    }
}

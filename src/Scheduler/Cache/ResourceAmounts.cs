using ControlPlane.Machinery.Values;

namespace ControlPlane.Scheduler.Cache;

/// <summary>Amounts of resources in the scheduler's units: cpu in thousandths, memory and ephemeral storage in bytes, others in whole units. Immutable.</summary>
internal sealed class ResourceAmounts
{
    private readonly KeyValuePair<string, long>[] _extended;

    private ResourceAmounts(long milliCpu, long memory, long ephemeralStorage, long pods, KeyValuePair<string, long>[] extended)
    {
        (MilliCpu, Memory, EphemeralStorage, Pods) = (milliCpu, memory, ephemeralStorage, pods);
        _extended = extended;
    }

    public static ResourceAmounts Zero { get; } = new(0, 0, 0, 0, []);

    public long MilliCpu { get; }

    public long Memory { get; }

    public long EphemeralStorage { get; }

    /// <summary>How many pods a node takes.</summary>
    public long Pods { get; }

    /// <summary>Huge pages, devices and other extended resources, by name.</summary>
    public ReadOnlySpan<KeyValuePair<string, long>> Extended => _extended;

    public static ResourceAmounts Of(ValueMap<Quantity> quantities)
    {
        long milliCpu = 0, memory = 0, ephemeralStorage = 0, pods = 0;
        List<KeyValuePair<string, long>>? extended = null;
        foreach (var (name, quantity) in quantities)
        {
            switch (name)
            {
                case "cpu":
                    milliCpu = quantity.MilliValue;
                    break;
                case "memory":
                    memory = quantity.Value;
                    break;
                case "ephemeral-storage":
                    ephemeralStorage = quantity.Value;
                    break;
                case "pods":
                    pods = quantity.Value;
                    break;
                default:
                    (extended ??= []).Add(new(name, quantity.Value));
                    break;
            }
        }
        return new(milliCpu, memory, ephemeralStorage, pods, extended is null ? [] : [.. extended]);
    }

    /// <summary>The amount of an extended resource; 0 where there is none.</summary>
    public long Of(string extended)
    {
        foreach (var (name, amount) in _extended)
        {
            if (name == extended)
                return amount;
        }
        return 0;
    }

    public ResourceAmounts Add(ResourceAmounts other) => Combine(other, 1);

    public ResourceAmounts Subtract(ResourceAmounts other) => Combine(other, -1);

    private ResourceAmounts Combine(ResourceAmounts other, int sign) => new(
        MilliCpu + (sign * other.MilliCpu),
        Memory + (sign * other.Memory),
        EphemeralStorage + (sign * other.EphemeralStorage),
        Pods + (sign * other.Pods),
        CombineExtended(other._extended, sign));

    private KeyValuePair<string, long>[] CombineExtended(KeyValuePair<string, long>[] other, int sign)
    {
        if (other.Length == 0)
            return _extended;
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, amount) in _extended)
            sums[name] = amount;
        foreach (var (name, amount) in other)
            sums[name] = sums.GetValueOrDefault(name) + (sign * amount);
        return [.. sums.Where(static sum => sum.Value != 0)];
    }
}

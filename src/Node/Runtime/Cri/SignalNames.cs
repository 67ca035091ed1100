using System.Collections.Frozen;
using ControlPlane.Node.Runtime.Cri.Protocol;
using Google.Protobuf.Reflection;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Signals by their names in pods ("SIGTERM", "SIGRTMIN+3") and by CRI's numbers, which are not the kernel's.</summary>
internal static class SignalNames
{
    private static readonly FrozenDictionary<string, Signal> ByName = DescribedValues().ToFrozenDictionary(
        value => value.Name.Replace("PLUS", "+", StringComparison.Ordinal).Replace("MINUS", "-", StringComparison.Ordinal), value => (Signal)value.Number);

    private static readonly FrozenDictionary<Signal, string> Names = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The number of a name; an empty or unknown name leaves the choice to the image.</summary>
    public static Signal ToMessage(string name) => ByName.GetValueOrDefault(name, Signal.RuntimeDefault);

    /// <summary>The name of a number; empty where the runtime doesn't tell.</summary>
    public static string FromMessage(Signal signal) => Names.GetValueOrDefault(signal, "");

    private static IEnumerable<EnumValueDescriptor> DescribedValues() =>
        ConfigReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(Signal)).Values.Where(value => value.Number != 0);
}

using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Core;

/// <summary>What columns of volumes and claims share.</summary>
internal static class VolumeTexts
{
    private static readonly (string Mode, string Short)[] Modes = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    internal static string AccessModes(ValueList<string> modes) => string.Join(",", Modes.Where(mode => modes.Contains(mode.Mode)).Select(mode => mode.Short));

    internal static string Storage(ValueMap<Quantity> amounts) => amounts.TryGetValue("storage", out var size) ? size.ToString() : "";
}

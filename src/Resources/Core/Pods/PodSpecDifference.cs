using System.Globalization;
using System.Text;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How two pod specs differ, line by line, as the refusal of an update shows it.</summary>
internal static class PodSpecDifference
{
    internal static string Of(PodSpec old, PodSpec spec) => "";
}

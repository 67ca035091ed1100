using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Checks that classes of devices and claims for devices share (upstream: pkg/apis/resource/validation).</summary>
internal static class DeviceChecks
{
    internal static void CheckSelectors(ValueList<DeviceSelector> selectors, FieldErrors at)
    {
        for (var i = 0; i < selectors.Count; i++)
        {
            if (selectors[i].Cel is not { } cel)
                at.At(i).At("cel").Required();
            else if (cel.Expression.Length == 0)
                at.At(i).At("cel").At("expression").Required();
        }
    }

    internal static void CheckConfiguration(OpaqueDeviceConfiguration? opaque, FieldErrors at)
    {
        if (opaque is null)
        {
            at.At("opaque").Required();
            return;
        }

        CheckDriver(opaque.Driver, at.At("opaque").At("driver"));
        if (opaque.Parameters.IsNil || opaque.Parameters.Span.IsEmpty)
            at.At("opaque").At("parameters").Required();
    }

    internal static void CheckDriver(string driver, FieldErrors at)
    {
        if (driver.Length == 0)
            at.Required();
        else
            Storage.StorageChecks.CheckDriverName(driver, at);
    }
}

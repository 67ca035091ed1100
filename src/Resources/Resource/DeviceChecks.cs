using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Checks that classes of devices and claims for devices share (upstream: pkg/apis/resource/validation).</summary>
internal static class DeviceChecks
{
    private const int MaxSelectors = 32; // upstream: pkg/apis/resource, DeviceSelectorsMaxSize
    private const int MaxExpression = 10 * 1024; // upstream: pkg/apis/resource, CELSelectorExpressionMaxLength
    private const int MaxParameters = 10 * 1024; // upstream: pkg/apis/resource, OpaqueParametersMaxLength

    internal static void CheckSelectors(ValueList<DeviceSelector> selectors, FieldErrors at)
    {
        if (selectors.Count > MaxSelectors)
            at.TooMany(selectors.Count, MaxSelectors);
        for (var i = 0; i < selectors.Count; i++)
        {
            if (selectors[i].Cel is not { } cel)
                at.At(i).At("cel").Required();
            else
                CheckExpression(cel.Expression, at.At(i).At("cel").At("expression"));
        }
    }

    private static void CheckExpression(string expression, FieldErrors at)
    {
        if (Encoding.UTF8.GetByteCount(expression) > MaxExpression)
            at.TooLong(MaxExpression);
        else if (ExpressionCheck.OfDevice().Check(expression, ExpressionResult.Bool) is { } problem)
            at.Invalid(expression, problem);
    }

    internal static void CheckConfiguration(OpaqueDeviceConfiguration? opaque, FieldErrors at)
    {
        if (opaque is null)
        {
            at.At("opaque").Required();
            return;
        }

        CheckDriver(opaque.Driver, at.At("opaque").At("driver"));
        if (opaque.Parameters.IsNil || opaque.Parameters.Span.IsEmpty || opaque.Parameters.Span.SequenceEqual("null"u8))
            at.At("opaque").At("parameters").Required();
        else if (opaque.Parameters.Span.Length > MaxParameters)
            at.At("opaque").At("parameters").TooLong(MaxParameters);
        else if (opaque.Parameters.Span.TrimStart(" \t\r\n"u8)[0] != (byte)'{')
            at.At("opaque").At("parameters").Invalid("<value omitted>", "must be a valid JSON object");
    }

    internal static void CheckDriver(string driver, FieldErrors at)
    {
        if (driver.Length == 0)
            at.Required();
        else
            Storage.StorageChecks.CheckDriverName(driver, at);
    }
}

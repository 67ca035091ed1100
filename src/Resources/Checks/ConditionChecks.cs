using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Checks of what a status says of its object (apimachinery: pkg/apis/meta/v1/validation, ValidateConditions).</summary>
internal static partial class ConditionChecks
{
    private const int MaxReason = 1024;
    private const int MaxMessage = 32 * 1024;

    private const string NoReason = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', "
        + "and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', "
        + "regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

    internal static void Check(ValueList<Condition> conditions, FieldErrors at)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions.FindIndex(other => other.Type == conditions[i].Type) < i)
                at.At(i).At("type").Duplicate(conditions[i].Type);
            Check(conditions[i], at.At(i));
        }
    }

    private static void Check(Condition condition, FieldErrors at)
    {
        at.At("type").Complain(condition.Type, Names.QualifiedName(condition.Type));
        at.At("status").OneOf(condition.Status, "False", "True", "Unknown");
        if (condition.ObservedGeneration < 0)
            at.At("observedGeneration").Invalid(condition.ObservedGeneration, "must be greater than or equal to zero");
        if (condition.LastTransitionTime.IsZero)
            at.At("lastTransitionTime").Required("must be set");
        if (condition.Reason.Length == 0)
            at.At("reason").Required("must be set");
        else if (!Reason().IsMatch(condition.Reason))
            at.At("reason").Invalid(condition.Reason, NoReason);
        if (Encoding.UTF8.GetByteCount(condition.Reason) > MaxReason)
            at.At("reason").TooLong(MaxReason);
        if (Encoding.UTF8.GetByteCount(condition.Message) > MaxMessage)
            at.At("message").TooLong(MaxMessage);
    }

    [GeneratedRegex(@"\A[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?\z")]
    private static partial Regex Reason();
}

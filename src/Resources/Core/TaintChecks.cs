using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Checks of a node's taints.</summary>
internal static class TaintChecks
{
    extension(FieldErrors errors)
    {
        /// <summary>Taints are well formed, and there is one for a key and effect.</summary>
        internal void Taints(ValueList<Taint> taints)
        {
            var seen = new HashSet<(string, string)>();
            for (var i = 0; i < taints.Count; i++)
            {
                var taint = taints[i];
                CheckTaint(taint, errors.At(i));
                if (!seen.Add((taint.Effect, taint.Key)))
                    errors.At(i).DuplicatePrinted($"{InternalForm.Of(taint, "Taint")}: taints must be unique by key and effect pair");
            }
        }
    }

    private static void CheckTaint(Taint taint, FieldErrors at)
    {
        at.At("key").Complain(taint.Key, Names.QualifiedName(taint.Key));
        if (string.Join(';', Names.LabelValue(taint.Value)) is { Length: > 0 } complaints)
            at.At("value").Invalid(taint.Value, complaints);
        at.At("effect").RequiredOneOf(taint.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
    }
}

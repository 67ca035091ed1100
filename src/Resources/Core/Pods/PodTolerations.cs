using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Which taints a pod puts up with (api/core/v1: Toleration.ToleratesTaint).</summary>
public static class PodTolerations
{
    extension(Pod pod)
    {
        /// <summary>Does one of its tolerations match the taint?</summary>
        public bool Tolerates(Taint taint) => pod.Spec.Tolerations.Tolerate(taint);

        /// <summary>Does it tolerate each of them?</summary>
        public bool Tolerates(ValueList<Taint> taints)
        {
            foreach (var taint in taints)
            {
                if (!pod.Tolerates(taint))
                    return false;
            }
            return true;
        }
    }

    extension(ValueList<Toleration> tolerations)
    {
        /// <summary>Does one of them match the taint?</summary>
        public bool Tolerate(Taint taint)
        {
            foreach (var toleration in tolerations)
            {
                if (toleration.Matches(taint))
                    return true;
            }
            return false;
        }
    }

    extension(Toleration toleration)
    {
        /// <summary>Does it match the taint? An empty key or effect matches every one.</summary>
        public bool Matches(Taint taint) =>
            (toleration.Effect.Length == 0 || toleration.Effect == taint.Effect)
            && (toleration.Key.Length == 0 || toleration.Key == taint.Key)
            && toleration.Operator switch
            {
                "" or "Equal" => toleration.Value == taint.Value,
                "Exists" => true,
                "Gt" => Number(taint.Value) > Number(toleration.Value),
                "Lt" => Number(taint.Value) < Number(toleration.Value),
                _ => false,
            };
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

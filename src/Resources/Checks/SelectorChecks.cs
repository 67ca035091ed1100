using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Checks of labels and of selectors over them (apimachinery: pkg/apis/meta/v1/validation).</summary>
internal static class SelectorChecks
{
    extension(FieldErrors errors)
    {
        /// <summary>Keys and values of labels; all complaints stand under the map's own path.</summary>
        public void Labels(ValueMap<string> labels)
        {
            foreach (var (key, value) in labels)
            {
                errors.Complain(key, Names.QualifiedName(key));
                errors.Complain(value, Names.LabelValue(value));
            }
        }

        /// <summary>A selector; nothing is wrong with none.</summary>
        public void Selector(LabelSelector? selector)
        {
            if (selector is null)
                return;
            errors.At("matchLabels").Labels(selector.MatchLabels);
            for (var i = 0; i < selector.MatchExpressions.Count; i++)
                errors.At("matchExpressions", i).Requirement(selector.MatchExpressions[i]);
        }

        private void Requirement(LabelSelectorRequirement requirement)
        {
            switch (requirement.Operator)
            {
                case "In" or "NotIn":
                    if (requirement.Values.Count == 0)
                        errors.At("values").Required("must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (requirement.Values.Count > 0)
                        errors.At("values").Forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                default:
                    errors.At("operator").Invalid(requirement.Operator, "not a valid selector operator");
                    break;
            }

            errors.At("key").Complain(requirement.Key, Names.QualifiedName(requirement.Key));
            for (var i = 0; i < requirement.Values.Count; i++)
                errors.At("values", i).Complain(requirement.Values[i], Names.LabelValue(requirement.Values[i]));
        }
    }
}

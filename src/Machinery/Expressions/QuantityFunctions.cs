using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>Quantities: quantity('1Gi'), isQuantity, comparisons and sums (apiserver: pkg/cel/library/quantity.go).</summary>
public sealed class QuantityFunctions : CelLibrary
{
    private static readonly CelType Type = CelType.Opaque("kubernetes.Quantity");

    /// <inheritdoc/>
    public override string Name => "kubernetes.quantity";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        declare.Type(Type);
        declare.Function("quantity", "string_to_quantity", [CelType.String], Type, arguments =>
            Quantity.TryParse(arguments[0].AsString, out var value)
                ? Of(value)
                : CelValue.Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
        declare.Function("isQuantity", "is_quantity_string", [CelType.String], CelType.Bool, arguments => CelValue.Of(Quantity.TryParse(arguments[0].AsString, out _)));
        declare.Method("sign", "quantity_sign", [Type], CelType.Int, arguments => CelValue.Of((long)In(arguments[0]).Sign));
        declare.Method("isInteger", "quantity_is_integer", [Type], CelType.Bool, arguments => CelValue.Of(IsInteger(In(arguments[0]))));
        declare.Method("asInteger", "quantity_as_integer", [Type], CelType.Int, arguments =>
            IsInteger(In(arguments[0])) ? CelValue.Of(In(arguments[0]).Value) : CelValue.Error("cannot convert value to integer"));
        declare.Method("asApproximateFloat", "quantity_as_float", [Type], CelType.Double, arguments => CelValue.Of(In(arguments[0]).ToDouble()));
        declare.Method("isGreaterThan", "quantity_is_greater_than", [Type, Type], CelType.Bool, arguments => CelValue.Of(In(arguments[0]) > In(arguments[1])));
        declare.Method("isLessThan", "quantity_is_less_than", [Type, Type], CelType.Bool, arguments => CelValue.Of(In(arguments[0]) < In(arguments[1])));
        declare.Method("compareTo", "quantity_compare_to", [Type, Type], CelType.Int, arguments => CelValue.Of((long)Math.Sign(In(arguments[0]).CompareTo(In(arguments[1])))));
        declare.Method("add", "quantity_add", [Type, Type], Type, arguments => Of(In(arguments[0]).Add(In(arguments[1]))));
        declare.Method("add", "quantity_add_int", [Type, CelType.Int], Type, arguments => Of(In(arguments[0]).Add(new Quantity(arguments[1].AsInt))));
        declare.Method("sub", "quantity_sub", [Type, Type], Type, arguments => Of(In(arguments[0]).Sub(In(arguments[1]))));
        declare.Method("sub", "quantity_sub_int", [Type, CelType.Int], Type, arguments => Of(In(arguments[0]).Sub(new Quantity(arguments[1].AsInt))));
    }

    private static bool IsInteger(Quantity value) => value.CompareTo(new Quantity(value.Value)) == 0;

    private static CelValue Of(Quantity value) => CelValue.Of(new Held(value));

    private static Quantity In(in CelValue value) => ((Held)value.AsObject).Value;

    private sealed class Held(Quantity value) : ICelObject
    {
        public Quantity Value { get; } = value;

        public CelType Type => QuantityFunctions.Type;

        public bool TryGetField(string name, out CelValue value)
        {
            value = default;
            return false;
        }

        public bool ValueEquals(ICelObject other) => other is Held held && held.Value == Value;
    }
}

using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>The functions, operators, macros and types of the specification; part of every environment.</summary>
internal sealed class StandardLibrary : CelLibrary
{
    private static readonly CelType A = CelType.Parameter("A");
    private static readonly CelType B = CelType.Parameter("B");

    private static readonly CelType[] Types =
    [
        CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.ListOfDyn, CelType.MapOfDyn,
        CelType.Null, CelType.TypeOfDyn, CelType.Timestamp, CelType.Duration,
    ];

    private static readonly CelType[] Ordered =
        [CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];

    private static readonly CelType[] Numbers = [CelType.Int, CelType.Uint, CelType.Double];

    public static StandardLibrary Instance { get; } = new();

    public override string Name => "stdlib";

    public override void Declare(CelDeclarations declare)
    {
        foreach (var type in Types)
            declare.Type(type);
        foreach (var macro in StandardMacros.All)
            declare.Macro(macro);
        DeclareLogic(declare);
        DeclareOrder(declare);
        DeclareArithmetic(declare);
        DeclareContainers(declare);
        Conversions.Declare(declare);
        Texts.Declare(declare);
        TimeFunctions.Declare(declare);
    }

    private static void DeclareLogic(CelDeclarations declare)
    {
        Operator(declare, Operators.Conditional, "conditional", A, CelType.Bool, A, A);
        Operator(declare, Operators.And, "logical_and", CelType.Bool, CelType.Bool, CelType.Bool);
        Operator(declare, Operators.Or, "logical_or", CelType.Bool, CelType.Bool, CelType.Bool);
        Operator(declare, Operators.Not, "logical_not", CelType.Bool, CelType.Bool);
        Operator(declare, Operators.NotStrictlyFalse, "not_strictly_false", CelType.Bool, CelType.Bool);
        Operator(declare, Operators.Equal, "equals", CelType.Bool, A, A);
        Operator(declare, Operators.NotEqual, "not_equals", CelType.Bool, A, A);
    }

    private static void DeclareOrder(CelDeclarations declare)
    {
        foreach (var (function, id) in new[]
                 {
                     (Operators.Less, "less"), (Operators.LessOrEqual, "less_equals"),
                     (Operators.Greater, "greater"), (Operators.GreaterOrEqual, "greater_equals"),
                 })
        {
            foreach (var type in Ordered)
                Operator(declare, function, $"{id}_{type}", CelType.Bool, type, type);
            foreach (var left in Numbers)
            {
                foreach (var right in Numbers.Where(right => right != left))
                    Operator(declare, function, $"{id}_{left}_{right}", CelType.Bool, left, right);
            }
        }
    }

    private static void DeclareArithmetic(CelDeclarations declare)
    {
        foreach (var type in Numbers)
        {
            Operator(declare, Operators.Add, $"add_{type}", type, type, type);
            Operator(declare, Operators.Subtract, $"subtract_{type}", type, type, type);
            Operator(declare, Operators.Multiply, $"multiply_{type}", type, type, type);
            Operator(declare, Operators.Divide, $"divide_{type}", type, type, type);
        }
        Operator(declare, Operators.Modulo, "modulo_int64", CelType.Int, CelType.Int, CelType.Int);
        Operator(declare, Operators.Modulo, "modulo_uint64", CelType.Uint, CelType.Uint, CelType.Uint);
        Operator(declare, Operators.Negate, "negate_int64", CelType.Int, CelType.Int);
        Operator(declare, Operators.Negate, "negate_double", CelType.Double, CelType.Double);
        Operator(declare, Operators.Negate, "negate_duration", CelType.Duration, CelType.Duration);
        Operator(declare, Operators.Add, "add_string", CelType.String, CelType.String, CelType.String);
        Operator(declare, Operators.Add, "add_bytes", CelType.Bytes, CelType.Bytes, CelType.Bytes);
        Operator(declare, Operators.Add, "add_list", CelType.List(A), CelType.List(A), CelType.List(A));
        Operator(declare, Operators.Add, "add_duration_duration", CelType.Duration, CelType.Duration, CelType.Duration);
        Operator(declare, Operators.Add, "add_timestamp_duration", CelType.Timestamp, CelType.Timestamp, CelType.Duration);
        Operator(declare, Operators.Add, "add_duration_timestamp", CelType.Timestamp, CelType.Duration, CelType.Timestamp);
        Operator(declare, Operators.Subtract, "subtract_duration_duration", CelType.Duration, CelType.Duration, CelType.Duration);
        Operator(declare, Operators.Subtract, "subtract_timestamp_duration", CelType.Timestamp, CelType.Timestamp, CelType.Duration);
        Operator(declare, Operators.Subtract, "subtract_timestamp_timestamp", CelType.Duration, CelType.Timestamp, CelType.Timestamp);
    }

    private static void DeclareContainers(CelDeclarations declare)
    {
        Operator(declare, Operators.In, "in_list", CelType.Bool, A, CelType.List(A));
        Operator(declare, Operators.In, "in_map", CelType.Bool, A, CelType.Map(A, B));
        Operator(declare, Operators.Index, "index_list", A, CelType.List(A), CelType.Int);
        Operator(declare, Operators.Index, "index_map", B, CelType.Map(A, B), A);
    }

    private static void Operator(CelDeclarations declare, string function, string id, CelType result, params CelType[] operands) =>
        declare.Function(function, id, operands, result, implementation: null);
}

using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>
/// Turns a tree into nodes: names into slots and full names, operators into delegates, calls into their overloads. Without the
/// checker's findings, names that may mean several things are left to evaluation.
/// </summary>
internal sealed class Planner
{
    private readonly CelEnvironment _environment;
    private readonly CelChecked? _findings;
    private readonly List<(string Name, int Slot)> _locals = [];
    private int _nextSlot;

    private Planner(CelEnvironment environment, CelChecked? findings)
    {
        _environment = environment;
        _findings = findings;
    }

    public static CelProgram Plan(CelEnvironment environment, CelExpression expression, CelChecked? findings)
    {
        var planner = new Planner(environment, findings);
        var root = planner.Plan(expression);
        return new CelProgram(root, planner._nextSlot, environment.CostModel, environment.Limits.CostMax);
    }

    private Node Plan(CelExpression expression) => expression switch
    {
        LiteralExpression literal => new ConstantNode(literal.Value),
        IdentifierExpression identifier => Name(identifier, identifier.Name),
        SelectExpression select => Select(select),
        CallExpression call => Call(call),
        ListExpression list => new ListNode([.. list.Elements.Select((element, i) => (Plan(element), list.Optional[i]))]),
        MapExpression map => new MapNode([.. map.Entries.Select(entry => (Plan(entry.Key), Plan(entry.Value), entry.Optional))]),
        StructExpression value => Struct(value),
        ComprehensionExpression fold => Fold(fold),
        _ => throw new ArgumentException($"No plan for {expression.GetType()}."),
    };

    private Node Name(CelExpression node, string name)
    {
        if (FindSlot(name) is { } slot)
            return new SlotNode(slot);
        if (_findings is null)
            return new UncheckedNameNode(name, [.. Candidates(name)]);
        var found = _findings.Names[node.Id];
        return _environment.IsVariable(found) ? new VariableNode(found) : new ConstantNode(CelValue.Of(_environment.FindTypeName(found)!));
    }

    /// <summary>Splits <c>a.b.c</c> at every dot: the longest name first, and each in all containers.</summary>
    private IEnumerable<(string Name, string[] Fields, CelValue? Constant)> Candidates(string name)
    {
        var parts = name.TrimStart('.').Split('.');
        var root = name.StartsWith('.') ? "." : "";
        for (var length = parts.Length; length > 0; length--)
        {
            foreach (var candidate in QualifiedNames.Candidates(_environment.Container, root + string.Join('.', parts[..length])))
                yield return (candidate, parts[length..], _environment.FindTypeName(candidate) is { } type ? CelValue.Of(type) : null);
        }
    }

    private int? FindSlot(string name)
    {
        for (var i = _locals.Count - 1; i >= 0; i--)
        {
            if (_locals[i].Name == name)
                return _locals[i].Slot;
        }
        return null;
    }

    private Node Select(SelectExpression select)
    {
        if (QualifiedNames.Of(select) is { } name && FindSlot(QualifiedNames.Root(name)) is null
            && (_findings is null || _findings.Names.ContainsKey(select.Id)))
            return Name(select, name);
        var operand = Plan(select.Operand);
        return select.TestOnly ? new HasNode(operand, select.Field) : new SelectNode(operand, select.Field);
    }

    private Node Call(CallExpression call) => call.Function switch
    {
        Operators.And => new LogicNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), deciding: false),
        Operators.Or => new LogicNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), deciding: true),
        Operators.Conditional => new ConditionalNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), Plan(call.Arguments[2])),
        Operators.NotStrictlyFalse => new NotStrictlyFalseNode(Plan(call.Arguments[0])),
        Operators.Index => new IndexNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), optional: false),
        Operators.OptionalIndex or Operators.OptionalSelect => new IndexNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), optional: true),
        _ when Arithmetic.Unary(call.Function) is { } unary => new UnaryNode(call.Function, unary, Plan(call.Arguments[0])),
        _ when Arithmetic.Binary(call.Function) is { } binary =>
            new BinaryNode(call.Function, binary, Plan(call.Arguments[0]), Plan(call.Arguments[1])),
        _ => LibraryCall(call),
    };

    private Node LibraryCall(CallExpression call)
    {
        IReadOnlyList<CelOverload> overloads;
        IEnumerable<CelExpression> arguments = call.Arguments;
        var name = call.Function;
        if (call.Target is null)
        {
            overloads = _environment.FindFunction(name) ?? [];
        }
        else if (QualifiedNames.Of(call.Target) is { } prefix && _environment.FindFunction($"{prefix}.{name}") is { } found)
        {
            name = $"{prefix}.{name}";
            overloads = found;
        }
        else
        {
            overloads = _environment.FindFunction(name, anyContainer: false) ?? [];
            arguments = arguments.Prepend(call.Target);
        }
        var nodes = arguments.Select(Plan).ToArray();
        if (_findings?.Calls.GetValueOrDefault(call.Id) is { Count: > 0 } chosen)
            overloads = chosen;
        return Special(name, nodes, overloads) ?? new CallNode(name, nodes, [.. overloads.Where(overload => overload.Parameters.Count == nodes.Length)]);
    }

    /// <summary>Functions that do not want all their arguments evaluated, or want them prepared.</summary>
    private static Node? Special(string name, Node[] arguments, IReadOnlyList<CelOverload> overloads) => (name, arguments.Length) switch
    {
        ("or" or "orValue", 2) when overloads.Count > 0 => new OrElseNode(arguments[0], arguments[1], unwrap: name == "orValue"),
        ("matches", 2) when arguments[1] is ConstantNode { Value.Kind: CelKind.String } pattern => new MatchesNode(arguments[0], pattern.Value),
        _ => null,
    };

    private Node Struct(StructExpression value)
    {
        var candidates = _findings?.Names.GetValueOrDefault(value.Id) is { } known
            ? [known]
            : QualifiedNames.Candidates(_environment.Container, value.TypeName);
        foreach (var candidate in candidates)
        {
            if (_environment.Types?.FindType(candidate) is { } type)
                return new StructNode(_environment.Types, type, [.. value.Fields.Select(field => (field.Field, Plan(field.Value), field.Optional))]);
        }
        return new ConstantNode(CelValue.Error($"unknown type: {value.TypeName}"));
    }

    private Node Fold(ComprehensionExpression fold)
    {
        var range = Plan(fold.Range);
        var slot = _nextSlot;
        _nextSlot += FoldNode.Slots;
        var buffer = BufferOf(fold);
        var initial = buffer is { } isMap ? new NewBufferNode(isMap) : Plan(fold.Initial);

        _locals.Add((fold.Accumulator, slot));
        _locals.Add((fold.Variable, slot + 1));
        if (fold.SecondVariable is { } second)
            _locals.Add((second, slot + 2));
        var condition = fold.Condition is LiteralExpression { Value.IsTrue: true } ? null : Plan(fold.Condition);
        var step = buffer is null ? Plan(fold.Step) : BufferStep(fold.Step, slot);
        _locals.RemoveRange(_locals.Count - (fold.SecondVariable is null ? 1 : 2), fold.SecondVariable is null ? 1 : 2);
        var result = Plan(fold.Result);
        _locals.RemoveAt(_locals.Count - 1);
        return new FoldNode(range, slot, fold.SecondVariable is not null, initial, condition, step, result);
    }

    /// <summary>Does the fold only ever add to an empty list (false) or map (true)? Null when it does anything else.</summary>
    private static bool? BufferOf(ComprehensionExpression fold)
    {
        if (fold.Accumulator != CelMacroContext.Accumulator)
            return null;
        return fold.Initial switch
        {
            ListExpression { Elements.Count: 0 } when IsAddition(fold.Step) => false,
            MapExpression { Entries.Count: 0 } when IsAddition(fold.Step) => true,
            _ => null,
        };
    }

    private static bool IsAddition(CelExpression step) => step switch
    {
        CallExpression { Function: Operators.Conditional } choice => IsAddition(choice.Arguments[1]) && IsAccumulator(choice.Arguments[2]),
        CallExpression { Function: Operators.Add } sum => IsAccumulator(sum.Arguments[0]) && sum.Arguments[1] is ListExpression { Elements.Count: 1 },
        CallExpression { Function: Operators.MapInsert } insert => IsAccumulator(insert.Arguments[0]),
        _ => false,
    };

    private static bool IsAccumulator(CelExpression expression) => expression is IdentifierExpression { Name: CelMacroContext.Accumulator };

    private Node BufferStep(CelExpression step, int slot)
    {
        var call = (CallExpression)step;
        return call.Function switch
        {
            Operators.Conditional => new ConditionalNode(Plan(call.Arguments[0]), BufferStep(call.Arguments[1], slot), new SlotNode(slot)),
            Operators.Add => new AppendNode(slot, Plan(((ListExpression)call.Arguments[1]).Elements[0])),
            _ => new InsertNode(slot, Plan(call.Arguments[1]), call.Arguments.Count > 2 ? Plan(call.Arguments[2]) : null),
        };
    }
}

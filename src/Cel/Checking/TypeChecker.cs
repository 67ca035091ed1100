using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Checking;

/// <summary>
/// Checks names, overloads and types. Goes on after a problem (anything may be done with what is wrong), so that all are reported. Message texts are
/// cel-go's, since the API server passes them on.
/// </summary>
internal sealed class TypeChecker
{
    private readonly CelEnvironment _environment;
    private readonly TypeInference _inference = new();
    private readonly CelChecked _checked = new();
    private readonly Stack<(string Name, CelType Type)> _locals = new();

    private TypeChecker(CelEnvironment environment) => _environment = environment;

    public static CelChecked Check(CelEnvironment environment, CelExpression expression)
    {
        var checker = new TypeChecker(environment);
        checker.Visit(expression);
        foreach (var (id, type) in checker._checked.Types.ToArray())
            checker._checked.Types[id] = checker._inference.Resolve(type, unknownIsDyn: true);
        return checker._checked;
    }

    private CelType Visit(CelExpression expression) => _checked.Types[expression.Id] = expression switch
    {
        LiteralExpression literal => literal.Value.Type,
        IdentifierExpression identifier => Identifier(identifier),
        SelectExpression select => Select(select),
        CallExpression call => Call(call),
        ListExpression list => List(list),
        MapExpression map => Map(map),
        StructExpression value => Struct(value),
        ComprehensionExpression fold => Fold(fold),
        _ => CelType.Dyn,
    };

    private CelType Identifier(IdentifierExpression identifier) =>
        FindLocal(identifier.Name) ?? FindGlobal(identifier, identifier.Name) ?? Undeclared(identifier, identifier.Name);

    private CelType? FindLocal(string name)
    {
        foreach (var (local, type) in _locals)
        {
            if (local == name)
                return type;
        }
        return null;
    }

    private CelType? FindGlobal(CelExpression node, string name)
    {
        foreach (var candidate in QualifiedNames.Candidates(_environment.Container, name))
        {
            if (_environment.FindName(candidate) is { } type)
            {
                _checked.Names[node.Id] = candidate;
                return type;
            }
        }
        return null;
    }

    private CelType Select(SelectExpression select)
    {
        if (QualifiedNames.Of(select) is { } name && FindLocal(QualifiedNames.Root(name)) is null && FindGlobal(select, name) is { } type)
            return type;
        var field = Field(select, Visit(select.Operand), select.Field, isOptional: false);
        return select.TestOnly ? CelType.Bool : field;
    }

    private CelType Field(CelExpression node, CelType operand, string field, bool isOptional)
    {
        var type = _inference.Resolve(operand);
        if (type.IsOptional)
        {
            isOptional = true;
            type = _inference.Resolve(type.Parameters[0]);
        }
        var found = FieldOf(node, type, field);
        return isOptional && !found.IsOptional ? CelType.Optional(found) : found;
    }

    private CelType FieldOf(CelExpression node, CelType type, string field)
    {
        switch (type.Kind)
        {
            case CelTypeKind.Map:
                return type.Parameters[1];
            case CelTypeKind.Object:
                return _environment.Types?.FindField(type, field) ?? Issue(node, $"undefined field '{field}'");
            case CelTypeKind.Dyn:
                return CelType.Dyn;
            case CelTypeKind.Parameter:
                // Whatever it will be, its fields are not known: it must not become something more exact later.
                _inference.IsAssignable(CelType.Dyn, type);
                return CelType.Dyn;
            default:
                Issue(node, $"type '{type}' does not support field selection");
                return CelType.Dyn;
        }
    }

    private CelType Call(CallExpression call)
    {
        if (call.Function == Operators.OptionalSelect)
            return OptionalSelect(call);
        if (call.Target is null)
            return Static(call, call.Function, call.Arguments);
        if (QualifiedNames.Of(call.Target) is { } prefix && _environment.FindFunction($"{prefix}.{call.Function}") is not null)
            return Static(call, $"{prefix}.{call.Function}", call.Arguments);
        var target = Visit(call.Target);
        var arguments = call.Arguments.Select(Visit).Prepend(target).ToList();
        return _environment.FindFunction(call.Function, anyContainer: false) is { } overloads
            ? Resolve(call, call.Function, overloads, arguments, isMethod: true)
            : Undeclared(call, call.Function);
    }

    private CelType Static(CallExpression call, string function, IReadOnlyList<CelExpression> arguments)
    {
        var types = arguments.Select(Visit).ToList();
        return _environment.FindFunction(function) is { } overloads
            ? Resolve(call, function.TrimStart('.'), overloads, types, isMethod: false)
            : Undeclared(call, function);
    }

    private CelType OptionalSelect(CallExpression call)
    {
        var operand = Visit(call.Arguments[0]);
        Visit(call.Arguments[1]);
        return Field(call, operand, ((LiteralExpression)call.Arguments[1]).Value.AsString, isOptional: true);
    }

    private CelType Resolve(CallExpression call, string function, IReadOnlyList<CelOverload> overloads, List<CelType> arguments, bool isMethod)
    {
        var chosen = new List<CelOverload>();
        CelType? result = null;
        foreach (var overload in overloads)
        {
            if (overload.IsMethod != isMethod || overload.Parameters.Count != arguments.Count)
                continue;
            var variables = new Dictionary<string, CelType>();
            var parameters = overload.Parameters.Select(parameter => _inference.Instantiate(parameter, variables)).ToList();
            if (!_inference.AreAssignable(arguments, parameters))
                continue;
            chosen.Add(overload);
            var type = _inference.Resolve(_inference.Instantiate(overload.Result, variables));
            result = result is null || result.Equals(type) ? type : CelType.Dyn;
        }
        _checked.Calls[call.Id] = chosen;
        return result ?? Issue(call, $"found no matching overload for '{function}' applied to '{Describe(arguments, isMethod)}'");
    }

    private string Describe(List<CelType> arguments, bool isMethod)
    {
        var names = arguments.Select(argument => _inference.Resolve(argument, unknownIsDyn: true).ToString()).ToList();
        return isMethod ? $"{names[0]}.({string.Join(", ", names.Skip(1))})" : $"({string.Join(", ", names)})";
    }

    private CelType List(ListExpression list)
    {
        CelType? element = null;
        for (var i = 0; i < list.Elements.Count; i++)
            element = Join(list.Elements[i], element, Entry(list.Elements[i], list.Optional[i]));
        return CelType.List(element ?? _inference.Fresh());
    }

    private CelType Map(MapExpression map)
    {
        CelType? key = null;
        CelType? value = null;
        foreach (var entry in map.Entries)
        {
            key = Join(entry.Key, key, Visit(entry.Key));
            value = Join(entry.Value, value, Entry(entry.Value, entry.Optional));
        }
        return CelType.Map(key ?? _inference.Fresh(), value ?? _inference.Fresh());
    }

    /// <summary>The type that an entry adds; an optional one adds what its optional may hold.</summary>
    private CelType Entry(CelExpression entry, bool isOptional)
    {
        var type = Visit(entry);
        if (!isOptional)
            return type;
        var resolved = _inference.Resolve(type);
        if (resolved.IsOptional)
            return resolved.Parameters[0];
        return resolved.IsDyn ? resolved : Issue(entry, $"expected type 'optional_type({resolved})' but found '{resolved}'");
    }

    private CelType Join(CelExpression node, CelType? previous, CelType current)
    {
        if (previous is null)
            return current;
        if (_inference.IsAssignable(previous, current))
            return TypeInference.MostGeneral(previous, current);
        return _environment.RequiresHomogeneousLiterals
            ? Issue(node, $"expected type '{_inference.Resolve(previous, true)}' but found '{_inference.Resolve(current, true)}'")
            : CelType.Dyn;
    }

    private CelType Struct(StructExpression value)
    {
        foreach (var candidate in QualifiedNames.Candidates(_environment.Container, value.TypeName))
        {
            if (_environment.Types?.FindType(candidate) is { } type)
                return Fields(value, type, candidate);
        }
        foreach (var field in value.Fields)
            Visit(field.Value);
        return Undeclared(value, value.TypeName);
    }

    private CelType Fields(StructExpression value, CelType type, string name)
    {
        _checked.Names[value.Id] = name;
        foreach (var field in value.Fields)
        {
            var actual = Entry(field.Value, field.Optional);
            if (_environment.Types!.FindField(type, field.Field) is not { } wanted)
                _checked.Issues.Add((field.Offset, $"undefined field '{field.Field}'"));
            else
                Require(field.Value, actual, wanted);
        }
        return type;
    }

    private CelType Fold(ComprehensionExpression fold)
    {
        var (first, second) = Variables(fold, _inference.Resolve(Visit(fold.Range)));
        var accumulator = Visit(fold.Initial);
        _locals.Push((fold.Accumulator, accumulator));
        _locals.Push((fold.Variable, first));
        _locals.Push((fold.SecondVariable ?? "", second));
        Require(fold.Condition, Visit(fold.Condition), CelType.Bool);
        Require(fold.Step, Visit(fold.Step), accumulator);
        _locals.Pop();
        _locals.Pop();
        var result = Visit(fold.Result);
        _locals.Pop();
        return result;
    }

    private (CelType First, CelType Second) Variables(ComprehensionExpression fold, CelType range)
    {
        switch (range.Kind)
        {
            case CelTypeKind.List:
                return fold.SecondVariable is null ? (range.Parameters[0], CelType.Dyn) : (CelType.Int, range.Parameters[0]);
            case CelTypeKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case CelTypeKind.Parameter:
                _inference.IsAssignable(CelType.Dyn, range);
                break;
            case CelTypeKind.Dyn:
                break;
            default:
                return (Issue(fold.Range, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"), CelType.Error);
        }
        return (CelType.Dyn, CelType.Dyn);
    }

    private void Require(CelExpression node, CelType actual, CelType wanted)
    {
        if (!_inference.IsAssignable(actual, wanted))
            Issue(node, $"expected type '{_inference.Resolve(wanted, true)}' but found '{_inference.Resolve(actual, true)}'");
    }

    private CelType Undeclared(CelExpression node, string name) =>
        Issue(node, $"undeclared reference to '{name}' (in container '{_environment.Container}')");

    private CelType Issue(CelExpression node, string message)
    {
        _checked.Issues.Add((node.Offset, message));
        return CelType.Error;
    }
}

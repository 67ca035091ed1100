using System.Text.RegularExpressions;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Tests.Conformance;

/// <summary>One test of the specification's conformance data.</summary>
internal sealed partial class ConformanceCase(string name, TextProto test)
{
    private static readonly CelLibrary[] Libraries =
    [
        new OptionalsLibrary(), new BindingsLibrary(), new TwoVariableComprehensionsLibrary(), new StringsLibrary(), new MathLibrary(),
        new EncodersLibrary(), new BlockMacros(),
    ];

    public string Name => name;

    /// <summary>Does it need protobuf messages, enums or wrappers, which this room has none of?</summary>
    public bool NeedsMessages => test.Words.Any(word => Messages().IsMatch(word));

    /// <returns>Null when it passed, else what went wrong.</returns>
    public string? Run()
    {
        try
        {
            return RunCase();
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }

    private string? RunCase()
    {
        var environment = new CelEnvironment(new()
        {
            Libraries = [.. Libraries, new Functions(test)],
            Container = test.Text("container"),
            Variables = test.Messages("type_env").Where(declared => declared.Has("ident"))
                .ToDictionary(declared => declared.Text("name"), declared => ConformanceValues.Type(declared.Message("ident")!.Message("type")!)),
        });
        var source = test.Text("expr");
        var compiled = test.Text("disable_check") == "true" ? environment.CompileUnchecked(source) : environment.Compile(source);
        if (compiled.Program is null)
            return test.Has("eval_error") ? null : CelIssue.Format(compiled.Issues);
        var typed = test.Message("typed_result");
        if (typed?.Message("deduced_type") is { } deduced && !compiled.ResultType.Equals(ConformanceValues.Type(deduced)))
            return $"type {compiled.ResultType}, wanted {ConformanceValues.Type(deduced)}";
        return test.Text("check_only") == "true" ? null : Compare(compiled.Program.Evaluate(Bindings(), CancellationToken.None).Value, typed);
    }

    private string? Compare(CelValue actual, TextProto? typed)
    {
        if (test.Has("eval_error"))
            return actual.IsError ? null : $"{actual}, wanted an error";
        if (typed is not null && !typed.Has("result"))
            return null;
        var wanted = (typed?.Message("result") ?? test.Message("value")) is { } value ? ConformanceValues.Value(value) : CelValue.True;
        return ConformanceValues.Same(actual, wanted) ? null : $"{actual}, wanted {wanted}";
    }

    private CelVariables Bindings() => new(test.Messages("bindings").ToDictionary(
        binding => binding.Text("key"), binding => ConformanceValues.Value(binding.Message("value")!.Message("value")!)));

    [GeneratedRegex("TestAllTypes|google\\.protobuf\\.(?!Timestamp|Duration)|GlobalEnum|NestedEnum|proto2\\.|proto3\\.|^wrapper$|^enum_value$|google\\.type")]
    private static partial Regex Messages();

    private sealed class Functions(TextProto test) : CelLibrary
    {
        public override string Name => "declared";

        public override void Declare(CelDeclarations declare)
        {
            foreach (var function in test.Messages("type_env").Where(declared => declared.Has("function")))
            {
                foreach (var overload in function.Message("function")!.Messages("overloads"))
                {
                    declare.Function(
                        function.Text("name"), overload.Text("overload_id"), [.. overload.Messages("params").Select(ConformanceValues.Type)],
                        ConformanceValues.Type(overload.Message("result_type")!), implementation: null);
                }
            }
        }
    }
}

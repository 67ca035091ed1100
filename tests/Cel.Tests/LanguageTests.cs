using ControlPlane.Cel.Evaluation;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Tests;

/// <summary>What the specification's data do not show: positions, limits, cost, adapters, types of a provider, other libraries.</summary>
public sealed class LanguageTests
{
    private static readonly CelEnvironment Environment = new(new()
    {
        Libraries =
        [
            new OptionalsLibrary(), new StringsLibrary(), new ListsLibrary(), new SetsLibrary(), new MathLibrary(), new BindingsLibrary(),
            new TwoVariableComprehensionsLibrary(),
        ],
        Variables = new Dictionary<string, CelType> { ["x"] = CelType.Int, ["self"] = CelType.Object("Pod"), ["names"] = CelType.List(CelType.String) },
        Types = new PodTypes(),
    });

    private static CelValue Evaluate(string source, params (string Name, CelValue Value)[] variables)
    {
        var compiled = Environment.Compile(source);
        Assert.That(CelIssue.Format(compiled.Issues), Is.Empty);
        return compiled.Program!.Evaluate(new CelVariables(variables.ToDictionary(one => one.Name, one => one.Value)), CancellationToken.None).Value;
    }

    [TestCase("y", "ERROR: <input>:1:1: undeclared reference to 'y' (in container '')\n | y\n | ^")]
    [TestCase("1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^")]
    [TestCase("true &&\n  x.y", "ERROR: <input>:2:4: type 'int' does not support field selection\n |   x.y\n | ...^")]
    [TestCase("'a'.startsWith(1)", "ERROR: <input>:1:15: found no matching overload for 'startsWith' applied to 'string.(int)'\n | 'a'.startsWith(1)\n | ..............^")]
    [TestCase("f(1)", "ERROR: <input>:1:2: undeclared reference to 'f' (in container '')\n | f(1)\n | .^")]
    [TestCase("self.nope", "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^")]
    [TestCase("x.all(i, true)", "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | x.all(i, true)\n | ^")]
    public void A_wrong_expression_is_refused_with_its_place(string source, string message) =>
        Assert.That(CelIssue.Format(Environment.Compile(source).Issues), Is.EqualTo(message));

    [TestCase("")]
    [TestCase("1 +")]
    [TestCase("(1")]
    [TestCase("[1,,2]")]
    [TestCase("'abc")]
    [TestCase("a b")]
    [TestCase("!-1")]
    [TestCase("for")]
    [TestCase("9223372036854775808")]
    [TestCase("'\\ud800'")]
    [TestCase("[1].map(x.y, 1)")]
    [TestCase("has(x)")]
    [TestCase("a ? b")]
    [TestCase("#")]
    public void What_is_no_expression_is_refused(string source)
    {
        var compiled = Environment.Compile(source);
        Assert.That(compiled.Program, Is.Null);
        Assert.That(compiled.Issues, Has.Count.EqualTo(1));
    }

    [Test]
    public void Every_issue_is_reported() => Assert.That(Environment.Compile("a + b + self.nope").Issues, Has.Count.EqualTo(3));

    [Test]
    public void Nesting_depth_and_length_are_bounded()
    {
        Assert.That(Environment.Compile(new string('(', 200) + "1" + new string(')', 200)).Issues, Is.Empty);
        Assert.That(Environment.Compile(new string('(', 10_000) + "1").Issues[0].Message, Does.Contain("recursion limit exceeded"));
        Assert.That(Environment.Compile("1" + string.Concat(Enumerable.Repeat("+1", 20_000))).Issues[0].Message, Does.Contain("recursion limit exceeded"));
        Assert.That(Environment.Compile(new string(' ', 100_001)).Issues[0].Message, Does.Contain("size exceeds limit"));
        Assert.That(Environment.Compile(new string('!', 50_000) + "true").Issues, Is.Empty);
    }

    [Test]
    public void The_deepest_tree_that_is_allowed_can_be_evaluated() =>
        Assert.That(Evaluate("1" + string.Concat(Enumerable.Repeat("+1", 990))), Is.EqualTo(CelValue.Of(991L)));

    [Test]
    public void A_chain_of_optional_maps_evaluates_each_link_once() =>
        Assert.That(Evaluate("optional.of(1)" + string.Concat(Enumerable.Repeat(".optMap(v, v + 1)", 60)) + ".value()"), Is.EqualTo(CelValue.Of(61L)));

    [Test]
    public void Long_chains_of_logical_operators_are_shallow() =>
        Assert.That(Evaluate(string.Join(" || ", Enumerable.Repeat("x == 1", 5000)), ("x", CelValue.Of(2L))), Is.EqualTo(CelValue.False));

    [TestCase("1 + 2", 1)]
    [TestCase("x", 1)]
    [TestCase("[1, 2, 3]", 10)]
    [TestCase("{'a': 1}", 30)]
    [TestCase("'" + "aaaaaaaaaaaaaaaaaaaa" + "' == 'aaaaaaaaaaaaaaaaaaaa'", 2)]
    [TestCase("3 in [1, 2, 3]", 13)]
    [TestCase("[1, 2].map(i, i)", 10 + 10 + 2 * 13 + 1)]
    [TestCase("[1, 2].all(i, i > 0)", 10 + 2 * (2 + 1 + 2) + 1)]
    public void Costs_are_those_of_the_reference(string source, long cost) => Assert.That(
        Environment.Compile(source).Program!.Evaluate(new CelVariables(new Dictionary<string, CelValue> { ["x"] = CelValue.Of(1L) }), CancellationToken.None).Cost,
        Is.EqualTo(cost));

    [Test]
    public void An_evaluation_past_its_cost_limit_fails_whatever_stands_around()
    {
        var program = Environment.Compile("true || false || lists.range(1000).exists(i, lists.range(1000).exists(j, i + j == -1)) || true").Program!;
        Assert.That(program.Evaluate(CelVariables.None, 1000, CancellationToken.None).Value.IsTrue, Is.True);
        program = Environment.Compile("lists.range(1000).exists(i, lists.range(1000).exists(j, i + j == -1)) || true").Program!;
        var outcome = program.Evaluate(CelVariables.None, 10_000, CancellationToken.None);
        Assert.That(outcome.Value.AsError.Message, Is.EqualTo("operation cancelled: actual cost limit exceeded"));
        Assert.That(outcome.Cost, Is.InRange(10_000, 10_100));
    }

    [Test]
    public void Loops_can_be_cancelled()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        var program = Environment.Compile("[1, 2].all(i, true)").Program!;
        Assert.That(() => program.Evaluate(CelVariables.None, stopped.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("self.name == 'web'", true)]
    [TestCase("has(self.name) && !has(self.replicas)", true)]
    [TestCase("self.?replicas.orValue(3) == 3", true)]
    [TestCase("Pod{name: 'web'} == self", true)]
    [TestCase("Pod{name: 'db'}.name == self.name", false)]
    public void Objects_are_read_through_their_adapter(string source, bool expected) =>
        Assert.That(Evaluate(source, ("self", Pod("web"))), Is.EqualTo(CelValue.Of(expected)));

    [Test]
    public void A_field_that_is_not_set_is_a_failure() =>
        Assert.That(Evaluate("self.replicas", ("self", Pod("web"))).AsError.Message, Is.EqualTo("no such key: replicas"));

    [Test]
    public void The_type_of_an_expression_is_known()
    {
        Assert.That(Environment.Compile("names.map(n, {n: size(n)})").ResultType.ToString(), Is.EqualTo("list(map(string, int))"));
        Assert.That(Environment.Compile("self.?replicas").ResultType.ToString(), Is.EqualTo("optional_type(int)"));
        Assert.That(Environment.Compile("self").ResultType, Is.EqualTo(CelType.Object("Pod")));
    }

    [Test]
    public void Literals_of_mixed_types_can_be_refused()
    {
        var strict = new CelEnvironment(new() { HomogeneousLiterals = true });
        Assert.That(strict.Compile("[1, 'a']").Issues[0].Message, Is.EqualTo("expected type 'int' but found 'string'"));
        Assert.That(strict.Compile("[1, 2]").Issues, Is.Empty);
    }

    [TestCase("[3, 1, 2].sort() == [1, 2, 3]")]
    [TestCase("['bb', 'a'].sortBy(s, size(s)) == ['a', 'bb']")]
    [TestCase("[1, 2, 3, 4].slice(1, 3) == [2, 3]")]
    [TestCase("[[1, [2]], [3]].flatten() == [1, [2], 3]")]
    [TestCase("[[1, [2]], [3]].flatten(2) == [1, 2, 3]")]
    [TestCase("[1, 1.0, 2u, 2].distinct() == [1, 2]")]
    [TestCase("[1, 2].reverse() == [2, 1]")]
    [TestCase("lists.range(3) == [0, 1, 2]")]
    [TestCase("[1, 2].last().value() == 2 && ![].first().hasValue()")]
    [TestCase("sets.contains([1, 2, 3], [3, 1u]) && !sets.contains([1], [2])")]
    [TestCase("sets.equivalent([1, 1, 2], [2, 1]) && !sets.equivalent([1], [1, 2])")]
    [TestCase("sets.intersects([1, 2], [2, 3]) && !sets.intersects([1], [])")]
    [TestCase("'a1b22'.matches('^[a-z]\\\\d[[:alpha:]]\\\\d+$') && !'١'.matches('^\\\\d$') && !'a\\n'.matches('a$')")]
    [TestCase("string(1000000.0) == '1e+06' && string(100000.0) == '100000' && string(0.00001) == '1e-05'")]
    [TestCase("'%.0f %.0f %.1f'.format([0.5, 1.5, 0.25]) == '0 2 0.2'")]
    [TestCase("'a\U0001F431b'.charAt(1) == '\U0001F431' && 'a\U0001F431b'.indexOf('b') == 2 && 'a\U0001F431b'.substring(1, 2) == '\U0001F431'")]
    [TestCase("timestamp('2024-02-29T12:00:00.5+02:00') == timestamp('2024-02-29T10:00:00.5Z')")]
    [TestCase("duration('1h1m1.5s') == duration('3661500ms') && string(duration('-1.5s')) == '-1.5s'")]
    public void Extensions_do_what_they_say(string source) => Assert.That(Evaluate(source), Is.EqualTo(CelValue.True));

    [Test]
    public void A_library_adds_functions_and_prices_them()
    {
        var environment = new CelEnvironment(new() { Libraries = [new Celsius()], CostModel = new CelsiusCosts() });
        var compiled = environment.Compile("celsius(20).fahrenheit() == 68 && type(celsius(1)) == weather.Celsius");
        var outcome = compiled.Program!.Evaluate(CelVariables.None, CancellationToken.None);
        Assert.That(outcome.Value, Is.EqualTo(CelValue.True));
        Assert.That(outcome.Cost, Is.GreaterThanOrEqualTo(200));
        Assert.That(environment.Compile("celsius('a')").Issues[0].Message, Is.EqualTo("found no matching overload for 'celsius' applied to '(string)'"));
    }

    [Test]
    public void A_program_evaluates_with_little_garbage()
    {
        var program = Environment.Compile("names.all(n, n.startsWith('a') && size(n) < 10) && x + 2 > 3").Program!;
        var variables = new CelVariables(new Dictionary<string, CelValue>
        {
            ["x"] = CelValue.Of(5L),
            ["names"] = CelValue.ListOf(Enumerable.Repeat(CelValue.Of("abc"), 100).ToArray()),
        });
        Assert.That(program.Evaluate(variables, CancellationToken.None).Value.IsTrue, Is.True);
        var before = GC.GetAllocatedBytesForCurrentThread();
        program.Evaluate(variables, CancellationToken.None);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000));
    }

    private static CelValue Pod(string name) => CelValue.Of(new PodObject(new Dictionary<string, CelValue> { ["name"] = CelValue.Of(name) }));

    private sealed class PodObject(IReadOnlyDictionary<string, CelValue> fields) : ICelObject
    {
        public CelType Type { get; } = CelType.Object("Pod");

        public bool TryGetField(string name, out CelValue value) => fields.TryGetValue(name, out value);

        public bool ValueEquals(ICelObject other) =>
            new CelMap(fields.ToDictionary(field => CelValue.Of(field.Key), field => field.Value)) is var mine
            && ((PodObject)other).AsMap() == CelValue.Of(mine);

        private CelValue AsMap() => CelValue.Of(new CelMap(fields.ToDictionary(field => CelValue.Of(field.Key), field => field.Value)));
    }

    private sealed class PodTypes : ICelTypeProvider
    {
        public CelType? FindType(string name) => name == "Pod" ? CelType.Object("Pod") : null;

        public CelType? FindField(CelType type, string field) => field switch
        {
            "name" => CelType.String,
            "replicas" => CelType.Int,
            _ => null,
        };

        public CelValue Create(CelType type, IReadOnlyDictionary<string, CelValue> fields) => CelValue.Of(new PodObject(fields));
    }

    private sealed class Celsius : CelLibrary
    {
        private static readonly CelType Degrees = CelType.Opaque("weather.Celsius");

        public override string Name => "weather";

        public override void Declare(Checking.CelDeclarations declare) => declare
            .Type(Degrees)
            .Function("celsius", "int_to_celsius", [CelType.Int], Degrees, arguments => CelValue.Of(new Value(arguments[0].AsInt)))
            .Method("fahrenheit", "celsius_fahrenheit", [Degrees], CelType.Int, arguments =>
                CelValue.Of(((Value)arguments[0].AsObject).Degrees * 9 / 5 + 32));

        private sealed class Value(long degrees) : ICelObject
        {
            public long Degrees => degrees;

            public CelType Type => Celsius.Degrees;

            public bool TryGetField(string name, out CelValue value)
            {
                value = default;
                return false;
            }

            public bool ValueEquals(ICelObject other) => ((Value)other).Degrees == degrees;
        }
    }

    private sealed class CelsiusCosts : CelCostModel
    {
        public override long CallCost(string function, ReadOnlySpan<CelValue> arguments, in CelValue result) =>
            function == "celsius" ? 100 : base.CallCost(function, arguments, result);
    }
}

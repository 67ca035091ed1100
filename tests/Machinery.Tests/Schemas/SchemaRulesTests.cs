using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Rules;
using static ControlPlane.Machinery.Tests.Schemas.SchemaText;

namespace ControlPlane.Machinery.Tests.Schemas;

/// <summary>Rules in the expression language are evaluated as upstream evaluates them.</summary>
public sealed class SchemaRulesTests
{
    [TestCase("""{"rule":"self.a < self.b"}""", "", """{"a":1,"b":2}""", "")]
    [TestCase("""{"rule":"self.a < self.b"}""", "", """{"a":3,"b":2}""", "spec: Invalid value: failed rule: self.a < self.b")]
    [TestCase("""{"rule":"self.a < self.b","message":"a must be less"}""", "", """{"a":3,"b":2}""", "spec: Invalid value: a must be less")]
    [TestCase("""{"rule":"self.a < self.b","messageExpression":"'a is ' + string(self.a)"}""", "", """{"a":3,"b":2}""", "spec: Invalid value: a is 3")]
    [TestCase("""{"rule":"self.a < self.b","reason":"FieldValueForbidden","fieldPath":".a"}""", "", """{"a":3,"b":2}""", "spec.a: Forbidden: failed rule: self.a < self.b")]
    [TestCase("""{"rule":"self.a > 0"}""", "", """{"b":2}""", "spec: Invalid value: no such key: a evaluating rule: self.a > 0")]
    [TestCase("""{"rule":"self.a == oldSelf.a"}""", "", """{"a":3}""", "")]
    [TestCase("""{"rule":"self.a == oldSelf.a"}""", """{"a":2}""", """{"a":3}""", "spec: Invalid value: failed rule: self.a == oldSelf.a")]
    [TestCase("""{"rule":"!oldSelf.hasValue() && self.a == 3","optionalOldSelf":true}""", "", """{"a":4}""", "spec: Invalid value: failed rule: !oldSelf.hasValue() && self.a == 3")]
    [TestCase("""{"rule":"self.a > 5"}""", """{"a":3}""", """{"a":3}""", "")]
    [TestCase("""{"rule":"self.x__dash__y == 1"}""", "", """{"x-y":2}""", "spec: Invalid value: failed rule: self.x__dash__y == 1")]
    [TestCase("""{"rule":"self.m.all(k, self.m[k].startsWith(k))"}""", "", """{"m":{"a":"ab","b":"x"}}""", "spec: Invalid value: failed rule: self.m.all(k, self.m[k].startsWith(k))")]
    [TestCase("""{"rule":"type(self.any) == string || self.any < 5"}""", "", """{"any":7}""", "spec: Invalid value: failed rule: type(self.any) == string || self.any < 5")]
    [TestCase("""{"rule":"self.when < timestamp('2026-01-01T00:00:00Z')"}""", "", """{"when":"2027-01-01T00:00:00Z"}""", "spec: Invalid value: failed rule: self.when < timestamp('2026-01-01T00:00:00Z')")]
    public void Rules_are_evaluated(string rule, string old, string value, string told)
    {
        var schema = Schema("""
            {"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"},"x-y":{"type":"integer"},"any":{"x-kubernetes-int-or-string":true},
             "when":{"type":"string","format":"date-time"},"m":{"type":"object","additionalProperties":{"type":"string"}}},"x-kubernetes-validations":[RULE]}
            """.Replace("RULE", rule, StringComparison.Ordinal));
        var errors = new FieldErrors();
        SchemaRules.Of(schema, isObject: false)!.Check(Value(value), old.Length == 0 ? null : Value(old), errors.At("spec"), CancellationToken.None);
        Assert.That(Told(errors), Is.EqualTo(told));
    }

    [Test]
    public void Rules_below_are_told_where_they_stand()
    {
        var schema = Schema("""
            {"type":"object","properties":{"list":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 0"}]}}}}}}
            """);
        var errors = new FieldErrors();
        SchemaRules.Of(schema, isObject: true)!.Check(Value("""{"list":[{"n":1},{"n":0}]}"""), null, errors, CancellationToken.None);
        Assert.That(Told(errors), Is.EqualTo("list[1].n: Invalid value: failed rule: self > 0"));
    }

    [TestCase("self.nosuch == 1", "compilation failed: ERROR: <input>:1:5: undefined field 'nosuch'\n | self.nosuch == 1\n | ....^")]
    [TestCase("self.a + 1", "must evaluate to a bool")]
    [TestCase("self.a == 1", null)]
    public void Compiling_finds_what_is_wrong(string rule, string? told)
    {
        var schema = Schema("""{"type":"object","properties":{"a":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"RULE"}]}""".Replace("RULE", rule, StringComparison.Ordinal));
        Assert.That(SchemaRules.OfNode(schema, isObject: false)[0].Problem, Is.EqualTo(told));
    }

    [Test]
    public void A_rule_that_costs_too_much_is_stopped()
    {
        var items = string.Join(',', Enumerable.Range(0, 2000));
        var schema = Schema("""{"type":"array","items":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self.all(x, self.all(y, self.all(z, x + y + z >= 0)))","message":"all"}]}""");
        var errors = new FieldErrors();
        SchemaRules.Of(schema, isObject: false)!.Check(Value($"[{items}]"), null, errors.At("l"), CancellationToken.None);
        Assert.That(Told(errors), Is.EqualTo(
            "l: Invalid value: 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: all"));
    }
}

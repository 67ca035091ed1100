using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using static ControlPlane.Machinery.Tests.Schemas.SchemaText;

namespace ControlPlane.Machinery.Tests.Schemas;

/// <summary>Values are checked against structural schemas with upstream's words.</summary>
public sealed class ValueValidationTests
{
    [TestCase("""{"type":"integer"}""", "1.0", "")]
    [TestCase("""{"type":"integer"}""", "1.5", "a: Invalid value: \"number\": a in body must be of type integer: \"number\"")]
    [TestCase("""{"type":"number"}""", "1", "")]
    [TestCase("""{"type":"string"}""", "null", "a: Invalid value: \"null\": a in body must be of type string: \"null\"")]
    [TestCase("""{"type":"string","nullable":true}""", "null", "")]
    [TestCase("""{"type":"string","minLength":2}""", "\"é\"", "a: Invalid value: \"é\": a in body should be at least 2 chars long")]
    [TestCase("""{"type":"string","maxLength":1}""", "\"ab\"", "a: Too long: may not be more than 1 bytes")]
    [TestCase("""{"type":"string","pattern":"^[0-9]+$"}""", "\"1a\"", "a: Invalid value: \"1a\": a in body should match '^[0-9]+$'")]
    [TestCase("""{"type":"string","format":"ipv4"}""", "\"1.2.3\"", "a: Invalid value: \"1.2.3\": a in body must be of type ipv4: \"1.2.3\"")]
    [TestCase("""{"type":"string","format":"date-time"}""", "\"2026-01-02T03:04:05Z\"", "")]
    [TestCase("""{"type":"string","format":"no-such-format"}""", "\"x\"", "")]
    [TestCase("""{"type":"integer","maximum":2147483647}""", "2147483648", "a: Invalid value: 2147483648: a in body should be less than or equal to 2.147483647e+09")]
    [TestCase("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "1", "a: Invalid value: 1: a in body should be greater than 1")]
    [TestCase("""{"type":"number","multipleOf":0.5}""", "0.75", "a: Invalid value: 0.75: a in body should be a multiple of 0.5")]
    [TestCase("""{"type":"array","minItems":1,"items":{"type":"string"}}""", "[]", "a: Invalid value: 0: a in body should have at least 1 items")]
    [TestCase("""{"type":"array","maxItems":1,"items":{"type":"string"}}""", "[\"x\",\"y\"]", "a: Too many: 2: must have at most 1 item")]
    [TestCase("""{"type":"array","items":{"type":"string"}}""", "[\"x\",1]", "a[1]: Invalid value: \"integer\": a[1] in body must be of type string: \"integer\"")]
    [TestCase("""{"type":"object","maxProperties":1,"additionalProperties":{"type":"string"}}""", """{"x":"1","y":"2"}""", "a: Too many: 2: must have at most 1 item")]
    [TestCase("""{"type":"object","required":["x"],"properties":{"x":{"type":"string"}}}""", "{}", "a.x: Required value")]
    [TestCase("""{"type":"object","required":["x"],"properties":{"x":{"type":"string","default":"d"}}}""", "{}", "")]
    [TestCase("""{"type":"string","enum":["x","y"]}""", "\"z\"", "a: Unsupported value: \"z\": supported values: \"x\", \"y\"")]
    [TestCase("""{"x-kubernetes-int-or-string":true}""", "1.5", "a: Invalid value: \"number\": a in body must be of type integer,string: \"number\"")]
    [TestCase("""{"type":"integer","not":{"enum":[5]}}""", "5", "<nil>: Invalid value: \"\": \"a\" must not validate the schema (not)")]
    [TestCase("""{"type":"integer","anyOf":[{"minimum":5},{"maximum":1}]}""", "3",
        "<nil>: Invalid value: \"\": \"a\" must validate at least one schema (anyOf); a: Invalid value: 3: a in body should be greater than or equal to 5")]
    [TestCase("""{"type":"integer","allOf":[{"minimum":5},{"maximum":10}]}""", "3",
        "a: Invalid value: 3: a in body should be greater than or equal to 5; <nil>: Invalid value: \"\": \"a\" must validate all the schemas (allOf)")]
    public void Values_are_checked(string schema, string value, string told)
    {
        var errors = new FieldErrors();
        ValueValidation.Check(Value("{\"a\":" + value + "}"), null, Schema("""{"type":"object","properties":{"a":SCHEMA}}""".Replace("SCHEMA", schema, StringComparison.Ordinal)), errors);
        Assert.That(Told(errors), Is.EqualTo(told));
    }

    [TestCase("""{"a":"toolong","b":1}""", """{"a":"toolong","b":2}""", "")]
    [TestCase("""{"a":"toolong"}""", """{"a":"tooverylong"}""", "a: Too long: may not be more than 3 bytes")]
    [TestCase("""{"l":[{"k":"x","v":"toolong"}]}""", """{"l":[{"k":"y","v":"ok"},{"k":"x","v":"toolong"}]}""", "")]
    [TestCase("""{"s":["toolong"]}""", """{"s":["toolong","b"]}""", "s[0]: Too long: may not be more than 3 bytes")]
    public void What_an_update_leaves_as_it_was_is_no_error(string old, string value, string told)
    {
        var schema = Schema("""
            {"type":"object","properties":{"a":{"type":"string","maxLength":3},"b":{"type":"integer"},"s":{"type":"array","items":{"type":"string","maxLength":3}},
             "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"string","maxLength":3}}}}}}
            """);
        var errors = new FieldErrors();
        ValueValidation.Check(Value(value), Value(old), schema, errors);
        Assert.That(Told(errors), Is.EqualTo(told));
    }
}

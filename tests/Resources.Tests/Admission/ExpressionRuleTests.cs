namespace ControlPlane.Resources.Tests.Admission;

public sealed class ExpressionRuleTests
{
    private static readonly RuleTest Policies = new("ValidatingAdmissionPolicy");

    [TestCase("object.spec.replicas > 3 && request.userInfo.groups.exists(g, g == 'x')")]
    [TestCase("authorizer.group('apps').resource('deployments').namespace('n').check('create').allowed()")]
    [TestCase("authorizer.requestResource.check('delete').reason() == ''")]
    [TestCase("quantity('1Gi').add(quantity('1')).isGreaterThan(quantity('1Mi'))")]
    [TestCase("url('https://x').getHost() == 'x' && ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.1.1')")]
    [TestCase("namespaceObject.metadata.labels['a'].matches('b') && [1, 2].isSorted() && 'abc'.find('b') == 'b'")]
    [TestCase("!format.dns1123Label().validate(object.metadata.name).hasValue() && semver('1.2.3').major() == 1")]
    [TestCase("variables.many && has(object.metadata.labels)")]
    public void What_upstream_understands_is_accepted(string expression) => Assert.That(Refusals(expression), Is.Empty);

    [TestCase("object.spec.replicas", "must evaluate to bool but got dyn")]
    [TestCase("1", "must evaluate to bool but got int")]
    [TestCase("params.x == 1", "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x == 1\n | ^")]
    [TestCase("request.nothing == 1", "compilation failed: ERROR: <input>:1:8: undefined field 'nothing'\n | request.nothing == 1\n | .......^")]
    [TestCase("variables.few", "compilation failed: ERROR: <input>:1:10: undefined field 'few'\n | variables.few\n | .........^")]
    public void What_it_does_not_is_refused_in_its_words(string expression, string refusal) => Assert.That(
        Refusals(expression).Single(),
        Is.EqualTo($"spec.validations[0].expression: Invalid value: \"{expression}\": {refusal}"));

    private static IReadOnlyList<string> Refusals(string expression) => Policies.Create(
        $$$"""
        {"metadata":{"name":"p"},"spec":{
          "matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},
          "variables":[{"name":"many","expression":"object.spec.replicas > 5"}],
          "validations":[{"expression":"{{{expression}}}"}]}}
        """);
}

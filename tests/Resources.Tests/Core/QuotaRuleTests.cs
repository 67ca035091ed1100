namespace ControlPlane.Resources.Tests.Core;

/// <summary>What quotas and limit ranges say of resources.</summary>
public sealed class QuotaRuleTests
{
    private const string MustExist =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

    private static readonly RuleTest Quotas = new("ResourceQuota");
    private static readonly RuleTest Limits = new("LimitRange");

    [TestCase("""{"hard":{"requests.ephemeral-storage":"1"},"scopes":["Terminating"]}""", "spec.scopes: Invalid value: [\"Terminating\"]: unsupported scope applied to resource")]
    [TestCase("""{"hard":{"cpu":"1"},"scopes":["BestEffort"]}""", "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource")]
    [TestCase("""{"hard":{"foo":"1"}}""", "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified", "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for quota")]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"BestEffort","operator":"In"}]}}""",
        "spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": " + MustExist,
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
    [TestCase("""{"hard":{"secrets":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"Terminating","operator":"Exists"}]}}""",
        "spec.scopeSelector.matchExpressions: Invalid value: {\"MatchExpressions\":[{\"ScopeName\":\"Terminating\",\"Operator\":\"Exists\",\"Values\":null}]}: unsupported scope applied to resource")]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"Terminating","operator":"Exists"},{"scopeName":"NotTerminating","operator":"Exists"}]}}""",
        "spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes")]
    public void A_quota_that_counts_what_its_scope_has_not_is_refused(string spec, params string[] refusals) =>
        Assert.That(Quotas.Create($$"""{"metadata":{"name":"q","namespace":"n"},"spec":{{spec}} }"""), Is.EqualTo(refusals));

    [TestCase("""{"hard":{"requests.example.com/gpu":"1"},"scopes":["BestEffort"]}""")]
    [TestCase("""{"hard":{"pods":"1","limits.memory":"1"},"scopes":["NotTerminating"]}""")]
    public void A_quota_may_count_devices_in_any_scope(string spec) =>
        Assert.That(Quotas.Create($$"""{"metadata":{"name":"q","namespace":"n"},"spec":{{spec}} }"""), Is.Empty);

    [Test]
    public void What_cannot_be_promised_twice_is_asked_for_as_it_is_limited() =>
        Assert.That(
            Limits.Create("""{"metadata":{"name":"l","namespace":"n"},"spec":{"limits":[{"type":"Container","default":{"a.b/gpu":"2"},"defaultRequest":{"a.b/gpu":"1"}}]}}"""),
            Is.EqualTo(new[] { "spec.limits[0].defaultRequest[a.b/gpu]: Invalid value: \"1\": default value 2 must equal to defaultRequest value 1 in a.b/gpu" }));
}

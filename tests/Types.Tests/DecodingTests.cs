using System.Text;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiExtensions;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Types.Tests;

/// <summary>How JSON is read: what is noted, what is refused, what null means.</summary>
public sealed class DecodingTests
{
    [Test]
    public void Unknown_and_duplicate_fields_are_noted_with_their_paths_in_the_order_of_the_document()
    {
        var found = Diagnose<Pod>(
            """{"apiVersion":"v1","kind":"Pod","bogus":1,"spec":{"containers":[{"name":"a"},{"name":"b","bogus":{"x":[1]},"name":"c"}],"nodeName":"x","nodeName":"y"},"metadata":{"labels":{"a":"1","a":"2"}}}""");

        Assert.That(found, Is.EqualTo((string[])
        [
            "unknown field \"bogus\"",
            "unknown field \"spec.containers[1].bogus\"",
            "duplicate field \"spec.containers[1].name\"",
            "duplicate field \"spec.nodeName\"",
            "duplicate field \"metadata.labels.a\"",
        ]));
    }

    [Test]
    public void Names_are_case_sensitive() =>
        Assert.That(Diagnose<Pod>("""{"Spec":{}}"""), Is.EqualTo((string[])["unknown field \"Spec\""]));

    [Test]
    public void The_last_of_duplicate_fields_wins() =>
        Assert.That(Decode<Pod>("""{"spec":{"nodeName":"x","nodeName":"y"}}""").Spec.NodeName, Is.EqualTo("y"));

    [Test]
    public void No_more_than_a_hundred_complaints_are_collected()
    {
        var fields = string.Join(",", Enumerable.Range(0, 150).Select(i => $"\"bogus{i}\":1"));

        Assert.That(Diagnose<Pod>($"{{{fields}}}"), Has.Count.EqualTo(DecodeDiagnostics.Limit));
    }

    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":"x"}]}]}}""", "spec.containers[0].ports[0].containerPort", "int32")]
    [TestCase("""{"spec":{"containers":{}}}""", "spec.containers", "list")]
    [TestCase("""{"spec":[]}""", "spec", "core.PodSpec")]
    [TestCase("""{"metadata":{"name":5}}""", "metadata.name", "string")]
    [TestCase("""{"metadata":{"labels":{"a":5}}}""", "metadata.labels.a", "string")]
    [TestCase("""{"metadata":{"generation":1.0}}""", "metadata.generation", "int64")]
    [TestCase("""{"metadata":{"creationTimestamp":"yesterday"}}""", "metadata.creationTimestamp", "2006-01-02")]
    [TestCase("""{"spec":{"terminationGracePeriodSeconds":99999999999999999999}}""", "spec.terminationGracePeriodSeconds", "int64")]
    public void A_wrong_type_is_refused_with_its_path(string json, string path, string type)
    {
        var refused = Assert.Throws<DecodeException>(() => Decode<Pod>(json));

        Assert.That(refused.Message, Does.Contain(path).And.Contain(type));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{} {}")]
    [TestCase("{\"a\" 1}")]
    [TestCase("5")]
    public void What_is_no_document_is_refused(string json) => Assert.Throws<DecodeException>(() => Decode<Pod>(json));

    [Test]
    public void Null_leaves_the_default()
    {
        var pod = Decode<Pod>("""{"metadata":null,"spec":{"nodeName":null,"hostNetwork":null,"containers":null,"terminationGracePeriodSeconds":null,"securityContext":null}}""");

        Assert.That(pod, Is.EqualTo(Pod.Empty));
    }

    [Test]
    public void Schemas_that_nest_without_end_are_refused()
    {
        var json = string.Concat(Enumerable.Repeat("{\"not\":", 5000)) + "{}" + new string('}', 5000);

        Assert.Throws<DecodeException>(() => Decode<JSONSchemaProps>(json));
    }

    [Test]
    public void Untyped_values_may_nest_as_deep_as_upstream_allows()
    {
        var json = $"{{\"data\":{new string('[', 9000)}{new string(']', 9000)}}}";

        Assert.That(Decode<ControllerRevision>(json).Data.Span.Length, Is.EqualTo(18000));
    }

    [Test]
    public void Untyped_values_are_kept_without_white_space()
    {
        var revision = Decode<ControllerRevision>("""{"data": { "a" : [ 1, "b c" ], "d":"\" e" } }""");

        Assert.That(revision.Data.ToText(), Is.EqualTo("""{"a":[1,"b c"],"d":"\" e"}"""));
    }

    [Test]
    public void Text_that_is_no_unicode_is_replaced()
    {
        byte[] json = [.. "{\"metadata\":{\"name\":\"a"u8, 0xFF, .. "\\ud800b\"}}"u8];

        Assert.That(Json.Decode<Pod>(json).Metadata.Name, Is.EqualTo("a\uFFFD\uFFFDb"));
    }

    [Test]
    public void Escaped_field_names_are_understood() =>
        Assert.That(Decode<Pod>("""{"sp\u0065c":{"nodeName":"n"}}""").Spec.NodeName, Is.EqualTo("n"));

    [Test]
    public void Nil_and_empty_are_equal_but_written_apart()
    {
        var nil = Decode<Deployment>("""{"spec":{"template":{"spec":{"containers":null}}}}""");
        var empty = Decode<Deployment>("""{"spec":{"template":{"spec":{"containers":[]}}}}""");

        Assert.That(nil, Is.EqualTo(empty));
        Assert.That(Text(nil), Does.Contain("\"containers\":null"));
        Assert.That(Text(empty), Does.Contain("\"containers\":[]"));
    }

    [Test]
    public void A_claim_template_says_what_it_is()
    {
        var set = new StatefulSet { Spec = new() { VolumeClaimTemplates = [new() { Metadata = new() { Name = "d" } }] } };

        Assert.That(Text(set), Does.Contain("""[{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"d"}"""));
    }

    [Test]
    public void A_list_names_no_kinds_of_its_items() =>
        Assert.That(Text(new PodList { Items = [new()] }), Does.StartWith("""{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{}"""));

    [Test]
    public void Secrets_are_not_printed()
    {
        var secret = new Secret { Metadata = new() { Namespace = "n", Name = "s" }, Data = ValueMap.Of("password", ByteString.FromText("hunter2")) };

        Assert.That(secret.ToString(), Is.EqualTo("Secret n/s"));
        Assert.That(secret.Data.ToString(), Does.Not.Contain("hunter2"));
    }

    [Test]
    public void Quantities_compare_by_value_inside_of_records() =>
        Assert.That(
            new ResourceRequirements { Limits = ValueMap.Of("cpu", Quantity.Parse("1000m")) },
            Is.EqualTo(new ResourceRequirements { Limits = ValueMap.Of("cpu", Quantity.Parse("1")) }));

    [Test]
    public void Containers_of_all_three_kinds_are_containers()
    {
        IContainer[] all = [new Container { Name = "a" }, new EphemeralContainer { Name = "b" }];

        Assert.That(all.Select(container => container.Name), Is.EqualTo((string[])["a", "b"]));
    }

    [Test]
    public void Storage_version_hashes_are_those_of_upstream()
    {
        Assert.That(Pod.Resource.StorageVersionHash(), Is.EqualTo("xPOwRZ+Yhw8="));
        Assert.That(Autoscaling.V1.HorizontalPodAutoscaler.Resource.StorageVersionHash(), Is.EqualTo("qwQve8ut294="));
        Assert.That(CustomResourceDefinition.Resource.StorageVersionHash(), Is.EqualTo("jfWCUB31mvA="));
        Assert.That(Events.Event.Resource.StorageVersionHash(), Is.EqualTo("r2yiGXH7wu8="));
    }

    private static T Decode<T>(string json)
        where T : class, IMessage<T> => Json.Decode<T>(Encoding.UTF8.GetBytes(json));

    private static IReadOnlyList<string> Diagnose<T>(string json)
        where T : class, IMessage<T>
    {
        var diagnostics = new DecodeDiagnostics();
        Json.Decode<T>(Encoding.UTF8.GetBytes(json), diagnostics);
        return diagnostics.Messages;
    }

    private static string Text(IRuntimeObject value) => Encoding.UTF8.GetString(Json.Encode(value));
}

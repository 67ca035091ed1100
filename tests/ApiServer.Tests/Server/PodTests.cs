using System.Net.Http.Headers;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>What admission makes of pods, and their subresources.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PodTests
{
    private const string Pod = """{"metadata":{"name":"p","labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Test]
    public async Task A_pod_gets_its_token_its_tolerations_and_its_priority()
    {
        var pods = $"api/v1/namespaces/{await NamespaceAsync()}/pods";
        var pod = await OkAsync(HttpMethod.Post, pods, Pod);
        var volume = pod["spec"]!["volumes"]![0]!;
        Assert.That(volume["name"]!.GetValue<string>(), Does.Match("^kube-api-access-[a-z0-9]{5}$"));
        Assert.That(volume["projected"]!["sources"]![0]!["serviceAccountToken"]!["expirationSeconds"]!.GetValue<long>(), Is.EqualTo(3607));
        Assert.That(pod["spec"]!["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!.GetValue<string>(), Is.EqualTo("/var/run/secrets/kubernetes.io/serviceaccount"));
        Assert.That(pod["spec"]!["tolerations"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(pod["spec"]!["priority"]!.GetValue<int>(), Is.Zero);
        Assert.That(pod["spec"]!["serviceAccountName"]!.GetValue<string>(), Is.EqualTo("default"));
    }

    [Test]
    public async Task A_pod_whose_service_account_is_missing_is_refused()
    {
        var name = await NamespaceAsync();
        var refused = await SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/{name}/pods", """{"metadata":{"name":"p"},"spec":{"serviceAccountName":"x","containers":[{"name":"c","image":"i"}]}}""");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((
            403, $"pods \"p\" is forbidden: error looking up service account {name}/x: serviceaccount \"x\" not found")));
    }

    [Test]
    public async Task A_pod_is_bound_once()
    {
        var pods = $"api/v1/namespaces/{await NamespaceAsync()}/pods";
        await OkAsync(HttpMethod.Post, pods, Pod);
        const string Binding = """{"kind":"Binding","apiVersion":"v1","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""";
        await OkAsync(HttpMethod.Post, pods + "/p/binding", Binding);
        var bound = await OkAsync(HttpMethod.Get, pods + "/p");
        Assert.That(bound["spec"]!["nodeName"]!.GetValue<string>(), Is.EqualTo("n"));
        Assert.That(bound["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(1));
        var again = await SendAsync(HttpMethod.Post, pods + "/p/binding", Binding);
        Assert.That(((int)again.Code, again.Message), Is.EqualTo((409, "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\"")));
    }

    [Test]
    public async Task Evicting_past_the_budget_is_refused_with_429()
    {
        var name = await NamespaceAsync();
        var pods = $"api/v1/namespaces/{name}/pods";
        var pod = await OkAsync(HttpMethod.Post, pods, Pod);
        pod["status"] = System.Text.Json.Nodes.JsonNode.Parse("""{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}""");
        await OkAsync(HttpMethod.Put, pods + "/p/status", pod.ToJsonString());
        await OkAsync(HttpMethod.Post, $"apis/policy/v1/namespaces/{name}/poddisruptionbudgets", """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}}}""");
        var refused = await SendAsync(HttpMethod.Post, pods + "/p/eviction", """{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"p"}}""");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((429, "Cannot evict pod as it would violate the pod's disruption budget.")));
        Assert.That((int)(await SendAsync(HttpMethod.Get, pods + "/p")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_requested_token_is_who_it_says()
    {
        var name = await NamespaceAsync();
        var made = await OkAsync(
            HttpMethod.Post, $"api/v1/namespaces/{name}/serviceaccounts/default/token", """{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","spec":{}}""");
        using var client = Fixture.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made["status"]!["token"]!.GetValue<string>());
        var who = await SendAsync(
            client, HttpMethod.Post, "apis/authentication.k8s.io/v1/selfsubjectreviews", """{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"""u8.ToArray());
        Assert.That(who.Json["status"]!["userInfo"]!["username"]!.GetValue<string>(), Is.EqualTo($"system:serviceaccount:{name}:default"), who.Text);
    }

    [Test]
    public async Task The_log_of_a_pod_that_runs_nowhere_is_refused()
    {
        var pods = $"api/v1/namespaces/{await NamespaceAsync()}/pods";
        await OkAsync(HttpMethod.Post, pods, Pod);
        Assert.That((await SendAsync(HttpMethod.Get, pods + "/p/log")).Message, Is.EqualTo("pod p does not have a host assigned"));
        Assert.That((await SendAsync(HttpMethod.Get, pods + "/p/log?container=x")).Message, Is.EqualTo("container x is not valid for pod p"));
    }
}

using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Admission decides by what is stored, also when its cache has not heard of it yet.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class FreshnessTests
{
    private const int Times = 20;

    [Test]
    public async Task A_pod_may_follow_its_namespace_and_service_account_at_once()
    {
        for (var i = 0; i < Times; i++)
        {
            var name = await NamespaceAsync();
            await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"own"}}""");
            await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/pods", Pod("own"));
        }
    }

    [Test]
    public async Task A_pod_may_follow_its_runtime_class_and_priority_class_at_once()
    {
        var name = await NamespaceAsync();
        await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"own"}}""");
        for (var i = 0; i < Times; i++)
        {
            await OkAsync(HttpMethod.Post, "apis/node.k8s.io/v1/runtimeclasses", $$$$"""{"metadata":{"name":"fresh-{{{{i}}}}"},"handler":"runc","overhead":{"podFixed":{"cpu":"1m"}}}""");
            await OkAsync(HttpMethod.Post, "apis/scheduling.k8s.io/v1/priorityclasses", $$$"""{"metadata":{"name":"fresh-{{{i}}}"},"value":{{{i}}}}""");
            var made = await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/pods", $$$"""
                {"metadata":{"name":"p{{{i}}}"},"spec":{"serviceAccountName":"own","runtimeClassName":"fresh-{{{i}}}","priorityClassName":"fresh-{{{i}}}",
                 "containers":[{"name":"c","image":"i"}]}}
                """);
            Assert.That(made["spec"]!["priority"]!.GetValue<int>(), Is.EqualTo(i));
            Assert.That(made["spec"]!["overhead"]!["cpu"]!.GetValue<string>(), Is.EqualTo("1m"));
        }
    }

    [Test]
    public async Task A_pod_waits_a_moment_for_the_default_service_account_of_its_namespace()
    {
        const string Name = "without-account";
        await OkAsync(HttpMethod.Post, "api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Name}}}"} }""");
        var pod = OkAsync(HttpMethod.Post, $"api/v1/namespaces/{Name}/pods", Pod(""));
        await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{Name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        Assert.That((await pod)["spec"]!["serviceAccountName"]!.GetValue<string>(), Is.EqualTo("default"));
    }

    [Test]
    public async Task A_pod_in_a_namespace_whose_default_service_account_never_comes_is_refused()
    {
        const string Name = "never-an-account";
        await OkAsync(HttpMethod.Post, "api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Name}}}"} }""");
        var refused = await SendAsync(HttpMethod.Post, $"api/v1/namespaces/{Name}/pods", Pod(""));
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((
            403, $"pods \"p\" is forbidden: error looking up service account {Name}/default: serviceaccount \"default\" not found")));
    }

    [Test]
    public async Task Nothing_is_made_in_a_namespace_once_its_deletion_was_answered()
    {
        for (var i = 0; i < Times; i++)
        {
            var name = await NamespaceAsync();
            await OkAsync(HttpMethod.Delete, $"api/v1/namespaces/{name}");
            var refused = await SendAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/configmaps", """{"metadata":{"name":"late"}}""");
            Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((403, "Forbidden")), refused.Text);
            Assert.That(refused.Json["details"]!["causes"]![0]!["reason"]!.GetValue<string>(), Is.EqualTo("NamespaceTerminating"));
        }
    }

    private static string Pod(string account) =>
        $$$"""{"metadata":{"name":"p"},"spec":{"serviceAccountName":"{{{account}}}","containers":[{"name":"c","image":"i"}]}}""";
}

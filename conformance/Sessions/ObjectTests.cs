namespace ControlPlane.Conformance.Sessions;

/// <summary>Objects by kubectl: labels, files, differences, explanations, rights.</summary>
internal sealed class ObjectTests
{
    private const string TwoDocuments = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: one}
        data: {color: green}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: two}
        spec:
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """;

    [Test]
    public async Task Labels_and_annotations_are_set_and_removed()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("create", "configmap", "one");
        await scratch.RunAsync("label", "configmap", "one", "tier=back");
        await scratch.RunAsync("annotate", "configmap", "one", "note=hello");
        Assert.That(await scratch.RunAsync("get", "configmaps", "-l", "tier=back", "-o", "jsonpath={.items[*].metadata.annotations.note}"), Is.EqualTo("hello"));
        await scratch.RunAsync("label", "configmap", "one", "tier-");
        Assert.That(await scratch.RunAsync("get", "configmaps", "-l", "tier=back", "-o", "name"), Is.Empty);
    }

    [Test]
    public async Task A_file_of_several_documents_is_applied_compared_and_applied_again()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.WithInputAsync(TwoDocuments, "apply", "-f", "-"), Is.EqualTo("configmap/one created\nservice/two created\n"));
        Assert.That(await scratch.WithInputAsync(TwoDocuments, "diff", "-f", "-"), Is.Empty);
        var changed = TwoDocuments.Replace("green", "blue", StringComparison.Ordinal);
        var (code, shown, _) = await scratch.TryWithInputAsync(changed, "diff", "-f", "-");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(shown, Does.Contain("+  color: blue"));
        Assert.That(await scratch.WithInputAsync(changed, "apply", "-f", "-"), Is.EqualTo("configmap/one configured\nservice/two unchanged\n"));
        Assert.That(await scratch.RunAsync("get", "configmap", "one", "-o", "jsonpath={.data.color}"), Is.EqualTo("blue"));
    }

    [Test]
    public async Task Server_side_apply_names_the_conflicting_manager()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.WithInputAsync(TwoDocuments, "apply", "--server-side", "--field-manager=a", "-f", "-");
        var changed = TwoDocuments.Replace("green", "blue", StringComparison.Ordinal);
        var (code, _, error) = await scratch.TryWithInputAsync(changed, "apply", "--server-side", "--field-manager=b", "-f", "-");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("Apply failed with 1 conflict: conflict with \"a\": .data.color"));
        Assert.That(await scratch.WithInputAsync(changed, "apply", "--server-side", "--field-manager=b", "--force-conflicts", "-f", "-"), Does.Contain("configmap/one serverside-applied"));
    }

    [Test]
    public async Task Fields_are_explained() =>
        Assert.That(
            await SharedCluster.Kubectl.RunAsync("explain", "deployment.spec.replicas"),
            Does.StartWith("GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: replicas <integer>\n").And.Contain("Number of desired pods"));

    [Test]
    public async Task Resources_are_listed_with_their_short_names()
    {
        var listed = await SharedCluster.Kubectl.RunAsync("api-resources");
        Assert.That(listed, Does.Match(@"\ndeployments +deploy +apps/v1 +true +Deployment\n").And.Match(@"\nnodes +no +v1 +false +Node\n"));
    }

    [Test]
    public async Task Rights_can_be_asked_for()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.RunAsync("auth", "can-i", "delete", "pods"), Is.EqualTo("yes\n"));
        await scratch.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=pods");
        await scratch.RunAsync("create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={scratch.Name}:default");
        var who = $"--as=system:serviceaccount:{scratch.Name}:default";
        await Eventually(async () => (await scratch.TryAsync("auth", "can-i", "list", "pods", who)).Output == "yes\n");
        var (code, output, _) = await scratch.TryAsync("auth", "can-i", "delete", "pods", who);
        Assert.That((code, output), Is.EqualTo((1, "no\n")));
        var (_, _, error) = await scratch.TryAsync("delete", "pod", "x", who);
        Assert.That(error, Does.Contain($"pods \"x\" is forbidden: User \"system:serviceaccount:{scratch.Name}:default\" cannot delete resource \"pods\" in API group \"\" in the namespace \"{scratch.Name}\""));
    }

    [Test, NonParallelizable]
    public async Task A_cordoned_node_gets_no_pods_until_it_is_uncordoned()
    {
        await using var scratch = await Scratch.CreateAsync();
        await SharedCluster.Kubectl.RunAsync("cordon", "node-a");
        try
        {
            Assert.That(await SharedCluster.Kubectl.RunAsync("get", "node", "node-a"), Does.Contain("Ready,SchedulingDisabled"));
            await scratch.RunAsync("create", "deployment", "web", $"--image={SharedCluster.Busybox}", "--", "sleep", "100000");
            await Eventually(async () => (await scratch.TryAsync("get", "events", "--field-selector=reason=FailedScheduling", "-o", "jsonpath={.items[*].message}")).Output
                .Contains("0/1 nodes are available: 1 node(s) were unschedulable", StringComparison.Ordinal));
        }
        finally
        {
            await SharedCluster.Kubectl.RunAsync("uncordon", "node-a");
        }

        await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=90s");
    }

    [Test]
    public async Task What_is_wrong_with_an_object_is_told_in_upstreams_words()
    {
        await using var scratch = await Scratch.CreateAsync();
        var (_, _, error) = await scratch.TryWithInputAsync("{apiVersion: v1, kind: Pod, metadata: {name: Bad_Name}, spec: {containers: []}}", "create", "-f", "-");
        Assert.That(error, Does.StartWith("The Pod \"Bad_Name\" is invalid: \n* metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of")
            .And.Contain("* spec.containers: Required value"));
        var (_, _, unknown) = await scratch.TryWithInputAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, bogus: 1}", "create", "-f", "-");
        Assert.That(unknown, Does.Contain("strict decoding error: unknown field \"bogus\""));
    }

    private static Task Eventually(Func<Task<bool>> condition) => TestKit.Eventually.TrueAsync(condition, TimeSpan.FromSeconds(60));
}

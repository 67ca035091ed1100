using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Node;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class NodeAuthorizerTests
{
    private readonly NodeGraph _graph = new();

    [SetUp]
    public void BindAPod() => _graph.SetPod("uid-1", "node-1",
    [
        new(NodeObjectKind.Pod, "team", "pod-1"),
        new(NodeObjectKind.Secret, "team", "token"),
        new(NodeObjectKind.PersistentVolumeClaim, "team", "claim"),
        new(NodeObjectKind.ServiceAccount, "team", "robot"),
    ]);

    [TestCase("node-1", "get", "secrets", "token", true)]
    [TestCase("node-2", "get", "secrets", "token", false)]
    [TestCase("node-1", "get", "secrets", "other", false)]
    [TestCase("node-1", "list", "secrets", "", false)]
    [TestCase("node-1", "watch", "secrets", "token", true)]
    [TestCase("node-1", "delete", "secrets", "token", false)]
    [TestCase("node-1", "get", "pods", "pod-1", true)]
    [TestCase("node-2", "get", "pods", "pod-1", false)]
    [TestCase("node-1", "create", "serviceaccounts/token", "robot", true)]
    [TestCase("node-2", "create", "serviceaccounts/token", "robot", false)]
    [TestCase("node-1", "get", "persistentvolumeclaims", "claim", true)]
    [TestCase("node-1", "get", "services", "any", true)]
    [TestCase("node-1", "create", "services", "", false)]
    public void A_node_sees_what_its_pods_need(string node, string verb, string resource, string name, bool allowed) =>
        Assert.That(Ask(node, verb, resource, "team", name).Verdict, Is.EqualTo(allowed ? Verdict.Allow : Verdict.NoOpinion));

    [Test]
    public void What_a_node_may_see_ends_with_its_last_pod()
    {
        _graph.SetPod("uid-2", "node-1", [new(NodeObjectKind.Secret, "team", "token")]);
        _graph.RemovePod("uid-1");
        Assert.That(Ask("node-1", "get", "secrets", "team", "token").Verdict, Is.EqualTo(Verdict.Allow));
        _graph.RemovePod("uid-2");
        var refused = Ask("node-1", "get", "secrets", "team", "token");
        Assert.That(refused.Reason, Is.EqualTo("no relationship found between node 'node-1' and this object"));
    }

    [Test]
    public void A_volume_and_its_drivers_secret_are_reached_through_the_claim()
    {
        var secret = new NodeObject(NodeObjectKind.Secret, "csi", "driver");
        Assert.That(Ask("node-1", "get", "persistentvolumes", "", "pv-1").Verdict, Is.EqualTo(Verdict.NoOpinion));
        _graph.SetVolume("pv-1", new(NodeObjectKind.PersistentVolumeClaim, "team", "claim"), [secret]);
        Assert.That(Ask("node-1", "get", "persistentvolumes", "", "pv-1").Verdict, Is.EqualTo(Verdict.Allow));
        Assert.That(Ask("node-1", "get", "secrets", "csi", "driver").Verdict, Is.EqualTo(Verdict.Allow));
        Assert.That(Ask("node-2", "get", "secrets", "csi", "driver").Verdict, Is.EqualTo(Verdict.NoOpinion));
        _graph.RemoveVolume("pv-1");
        Assert.That(Ask("node-1", "get", "secrets", "csi", "driver").Verdict, Is.EqualTo(Verdict.NoOpinion));
    }

    [TestCase("get", "nodes", "node-1", "", true)]
    [TestCase("get", "nodes", "node-2", "", false)]
    [TestCase("patch", "nodes/status", "node-1", "", true)]
    [TestCase("patch", "nodes/status", "node-2", "", false)]
    [TestCase("list", "nodes", "", "metadata.name=node-1", true)]
    [TestCase("list", "nodes", "", "", false)]
    [TestCase("list", "pods", "", "spec.nodeName=node-1", true)]
    [TestCase("list", "pods", "", "spec.nodeName=node-2", false)]
    [TestCase("watch", "pods", "", "", false)]
    public void A_node_lists_its_own(string verb, string resource, string name, string selector, bool allowed) =>
        Assert.That(Ask("node-1", verb, resource, "", name, selector).Verdict, Is.EqualTo(allowed ? Verdict.Allow : Verdict.NoOpinion));

    [Test]
    public async Task Nodes_and_only_they_wait_until_the_graph_has_all_that_is_there()
    {
        var filled = new TaskCompletionSource();
        var authorizer = new NodeAuthorizer(_graph, filled.Task);
        var asked = new AuthorizationAttributes(Node("node-1"), "get", "", "v1", "secrets", "", "team", "late", "");
        Assert.That((await authorizer.AuthorizeAsync(asked with { User = UserInfo.Anonymous }, CancellationToken.None)).Verdict, Is.EqualTo(Verdict.NoOpinion));
        var waiting = authorizer.AuthorizeAsync(asked, CancellationToken.None);
        Assert.That(waiting.IsCompleted, Is.False);
        _graph.SetPod("uid-2", "node-1", [new(NodeObjectKind.Secret, "team", "late")]);
        filled.SetResult();
        Assert.That((await waiting).Verdict, Is.EqualTo(Verdict.Allow));
    }

    private static UserInfo Node(string name) => UserInfo.Of($"system:node:{name}", "system:nodes", UserInfo.Authenticated);

    private Decision Ask(string node, string verb, string resource, string @namespace, string name, string selector = "")
    {
        var parts = resource.Split('/');
        return new NodeAuthorizer(_graph, Task.CompletedTask).Authorize(
            new(Node(node), verb, "", "v1", parts[0], parts.Length > 1 ? parts[1] : "", @namespace, name, "") { FieldSelector = selector });
    }
}

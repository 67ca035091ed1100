using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.TestKit;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests;

public sealed class DeploymentLoopTests
{
    private Cluster _cluster = null!;
    private int _mostPods;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync("deployment-controller", "replicaset-controller", "serviceaccount-controller");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_deployment_gets_one_replica_set_and_all_its_pods()
    {
        var made = await CreateAsync(3);
        await Eventually.TrueAsync(async () => (await _cluster.ListAsync<Pod>(made.Metadata.Namespace)).Count == 3);
        await _cluster.MakeReadyAsync(made.Metadata.Namespace);

        var done = await _cluster.UntilAsync(made, d => d.Status.AvailableReplicas == 3 && Reason(d, "Progressing") == "NewReplicaSetAvailable");

        var replicaSet = (await _cluster.ListAsync<ReplicaSet>(made.Metadata.Namespace)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(Reason(done, "Available"), Is.EqualTo("MinimumReplicasAvailable"));
            Assert.That(done.Metadata.Annotations["deployment.kubernetes.io/revision"], Is.EqualTo("1"));
            Assert.That(replicaSet.Metadata.Name, Is.EqualTo($"web-{replicaSet.Metadata.Labels["pod-template-hash"]}"));
            Assert.That(replicaSet.Spec.Selector!.MatchLabels.ContainsKey("pod-template-hash"));
            Assert.That(done.Status.Conditions.Single(c => c.Type == "Progressing").Message, Is.EqualTo($"ReplicaSet \"{replicaSet.Metadata.Name}\" has successfully progressed."));
        });
    }

    [Test]
    public async Task A_new_template_replaces_the_pods_within_surge_and_unavailability()
    {
        var made = await CreateAsync(4);
        var ns = made.Metadata.Namespace;
        await MakeReadyUntilAsync(made, d => d.Status.AvailableReplicas == 4);
        await _cluster.Api.PatchAsync<Deployment>(made.Key, Patch.Strategic("""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}"""), CancellationToken.None);

        _mostPods = 0;
        var done = await MakeReadyUntilAsync(
            made, d => d.Status is { UpdatedReplicas: 4, Replicas: 4, AvailableReplicas: 4 } && Reason(d, "Progressing") == "NewReplicaSetAvailable");

        Assert.That(_mostPods, Is.LessThanOrEqualTo(5), "a quarter of four is one more at most");
        Assert.That(done.Metadata.Annotations["deployment.kubernetes.io/revision"], Is.EqualTo("2"));
        await Eventually.TrueAsync(async () => (await _cluster.ListAsync<Pod>(ns)).All(pod => pod.Spec.Containers[0].Image == "web:2"));
        Assert.That((await _cluster.ListAsync<ReplicaSet>(ns)).Select(rs => rs.Spec.Replicas), Is.EquivalentTo(new int?[] { 0, 4 }));
    }

    [Test]
    public async Task Recreate_waits_for_the_old_pods_to_be_gone()
    {
        var made = await CreateAsync(2, d => d with { Spec = d.Spec with { Strategy = new DeploymentStrategy { Type = "Recreate" } } });
        await MakeReadyUntilAsync(made, d => d.Status.AvailableReplicas == 2);

        await _cluster.Api.PatchAsync<Deployment>(made.Key, Patch.Strategic("""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}"""), CancellationToken.None);

        await MakeReadyUntilAsync(made, d => d.Status is { UpdatedReplicas: 2, Replicas: 2, AvailableReplicas: 2 });
    }

    [Test]
    public async Task What_it_does_is_told_in_events()
    {
        var made = await CreateAsync(1);
        var text = "";
        await Eventually.TrueAsync(async () =>
        {
            var events = await _cluster.ListAsync<Event>(made.Metadata.Namespace);
            text = string.Join('\n', events.Select(e => $"{e.InvolvedObject.Kind} {e.Reason} {e.Message}"));
            return events.Count >= 2;
        });
        Assert.That(text, Does.Match(@"Deployment ScalingReplicaSet Scaled up replica set web-\w+ from 0 to 1"));
        Assert.That(text, Does.Match(@"ReplicaSet SuccessfulCreate Created pod: web-\w+-\w+"));
    }

    [Test]
    public async Task Scaling_goes_to_the_replica_set_and_fewer_pods_stay()
    {
        var made = await CreateAsync(5);
        await MakeReadyUntilAsync(made, d => d.Status.AvailableReplicas == 5);

        await _cluster.Api.PatchAsync<Deployment>(made.Key, Patch.Merge("""{"spec":{"replicas":2}}"""), CancellationToken.None);

        await _cluster.UntilAsync(made, d => d.Status is { Replicas: 2, AvailableReplicas: 2 });
        await Eventually.TrueAsync(async () => (await _cluster.ListAsync<Pod>(made.Metadata.Namespace)).Count(pod => !pod.IsTerminating) == 2);
    }

    [Test]
    public async Task A_paused_deployment_does_not_roll_but_scales()
    {
        var made = await CreateAsync(1);
        await MakeReadyUntilAsync(made, d => d.Status.AvailableReplicas == 1);
        await _cluster.Api.PatchAsync<Deployment>(made.Key, Patch.Strategic("""{"spec":{"paused":true,"replicas":3,"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}"""), CancellationToken.None);

        await MakeReadyUntilAsync(made, d => d.Status.Replicas == 3 && Reason(d, "Progressing") == "DeploymentPaused");

        Assert.That((await _cluster.ListAsync<ReplicaSet>(made.Metadata.Namespace)), Has.Count.EqualTo(1));
    }

    private async Task<Deployment> CreateAsync(int replicas, Func<Deployment, Deployment>? change = null)
    {
        var ns = await _cluster.NamespaceAsync();
        // Without it no pod is admitted; the controllers would get there too, after a pause.
        await Eventually.SomeAsync(() => _cluster.Api.FindAsync<ServiceAccount>(new(ns, "default"), CancellationToken.None));
        var deployment = new Deployment
        {
            Metadata = new ObjectMeta { Name = "web", Namespace = ns },
            Spec = new DeploymentSpec { Replicas = replicas, Selector = Pods.Selector("web"), Template = Pods.Template("web") },
        };
        return await _cluster.Api.CreateAsync((change ?? (d => d))(WithDefaults(deployment)), CancellationToken.None);
    }

    // The kind's defaulting is another room's matter: here everything is said.
    private static Deployment WithDefaults(Deployment deployment) => deployment with
    {
        Spec = deployment.Spec with
        {
            ProgressDeadlineSeconds = 600,
            RevisionHistoryLimit = 10,
            Strategy = new DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new RollingUpdateDeployment { MaxSurge = new IntOrString("25%"), MaxUnavailable = new IntOrString("25%") },
            },
        },
    };

    private async Task<Deployment> MakeReadyUntilAsync(Deployment made, Func<Deployment, bool> condition)
    {
        Deployment? found = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                var pods = await _cluster.MakeReadyAsync(made.Metadata.Namespace);
                _mostPods = Math.Max(_mostPods, pods.Count(pod => !pod.IsTerminating));
            }
            catch (Machinery.Errors.ApiException)
            {
                // The pod went meanwhile.
            }
            found = await _cluster.Api.FindAsync<Deployment>(made.Key, CancellationToken.None);
            return found!.Status.ObservedGeneration == found.Metadata.Generation && condition(found);
        });
        return found!;
    }

    private static string Reason(Deployment deployment, string type) => deployment.Status.Conditions.FirstOrDefault(c => c.Type == type)?.Reason ?? "";
}

using System.Text.Json;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance.Sessions;

/// <summary>Images from registries: an open one, one that wants a password, one that is gone.</summary>
internal sealed class PullTests
{
    private RegistryProcess _open = null!;
    private RegistryProcess _closed = null!;

    private static string RegistryDirectory => Path.Combine(SharedCluster.Cluster.Data, "containerd", "certs.d");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _open = await StartRegistryAsync();
        _closed = await StartRegistryAsync(isClosed: true);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var registry in new[] { _open, _closed })
        {
            if (registry is not null)
                await registry.DisposeAsync();
        }
    }

    [Test]
    public async Task An_image_that_is_not_present_is_pulled_once()
    {
        await using var scratch = await Scratch.CreateAsync();
        var image = await PushAsync(_open, "once", "1");
        var name = $"{_open.Name}/once:1";
        await RunAsync(scratch, "first", name, "IfNotPresent");
        var first = await EventsAsync(scratch, "first");
        Assert.That(first, Has.Member($"Normal Pulling: Pulling image \"{name}\""));
        Assert.That(first, Has.Some.Match($"^Normal Pulled: Successfully pulled image \"{name}\" in [0-9.]+m?s \\([0-9.]+m?s including waiting\\)\\. Image size: [1-9][0-9]* bytes\\.$"));
        Assert.That(await scratch.RunAsync("get", "pod", "first", "-o", "jsonpath={.status.containerStatuses[0].imageID}"), Is.EqualTo($"{_open.Name}/once@{image.ManifestDigest}"));

        await RunAsync(scratch, "second", name, "IfNotPresent");
        var second = await EventsAsync(scratch, "second");
        Assert.That(second, Has.Member($"Normal Pulled: Container image \"{name}\" already present on machine and can be accessed by the pod"));
        Assert.That(second, Has.None.Contain("Pulling"));
        await RunAsync(scratch, "third", name, "Never");
    }

    [Test]
    public async Task An_image_is_pulled_by_its_digest_though_its_tag_has_moved()
    {
        await using var scratch = await Scratch.CreateAsync();
        var old = await PushAsync(_open, "moving", "1", "old");
        await PushAsync(_open, "moving", "1", "new");
        await RunAsync(scratch, "pinned", $"{_open.Name}/moving@{old.ManifestDigest}", "IfNotPresent");
        Assert.That(await scratch.RunAsync("exec", "pinned", "--", "cat", "/mark"), Is.EqualTo("old"));
    }

    [Test]
    public async Task A_tag_that_moved_is_pulled_anew_when_the_policy_is_Always_which_it_is_for_latest()
    {
        await using var scratch = await Scratch.CreateAsync();
        var name = $"{_open.Name}/always";
        await PushAsync(_open, "always", "latest", "old");
        await RunAsync(scratch, "first", name, policy: "");
        Assert.That(await scratch.RunAsync("get", "pod", "first", "-o", "jsonpath={.spec.containers[0].imagePullPolicy}"), Is.EqualTo("Always"));
        await PushAsync(_open, "always", "latest", "new");
        await RunAsync(scratch, "second", name, policy: "");
        Assert.That(await scratch.RunAsync("exec", "first", "--", "cat", "/mark"), Is.EqualTo("old"));
        Assert.That(await scratch.RunAsync("exec", "second", "--", "cat", "/mark"), Is.EqualTo("new"));
        await RunAsync(scratch, "third", name, "IfNotPresent");
        Assert.That(await EventsAsync(scratch, "third"), Has.None.Contain("Pulling"));
    }

    [Test]
    public async Task An_image_that_is_not_present_and_never_pulled_is_said_to_be_so()
    {
        await using var scratch = await Scratch.CreateAsync();
        var name = $"{_open.Name}/never:1";
        await PushAsync(_open, "never", "1");
        await CreateAsync(scratch, "never", name, "Never");
        Assert.That(await WaitingAsync(scratch, "never", "ErrImageNeverPull"), Is.EqualTo($"Container image \"{name}\" is not present with pull policy of Never"));
        Assert.That(await EventsAsync(scratch, "never"), Is.SupersetOf(new[]
        {
            $"Warning ErrImageNeverPull: Container image \"{name}\" is not present with pull policy of Never",
            "Warning Failed: Error: ErrImageNeverPull",
        }).And.None.Contain("Pulling"));
    }

    [Test]
    public async Task A_pull_that_fails_is_tried_again_after_a_pause_and_succeeds_once_the_image_is_there()
    {
        await using var scratch = await Scratch.CreateAsync();
        var name = $"{_open.Name}/later:1";
        await CreateAsync(scratch, "later", name, "IfNotPresent");
        var message = await WaitingAsync(scratch, "later", "ImagePullBackOff");
        Assert.That(message, Does.StartWith($"Back-off pulling image \"{name}\": ErrImagePull: ").And.Contain("not found"));
        var events = await EventsAsync(scratch, "later");
        Assert.That(events, Is.SupersetOf(new[]
        {
            $"Normal Pulling: Pulling image \"{name}\"",
            "Warning Failed: Error: ErrImagePull",
            $"Normal BackOff: Back-off pulling image \"{name}\"",
            "Warning Failed: Error: ImagePullBackOff",
        }));
        Assert.That(events, Has.Some.StartWith($"Warning Failed: Failed to pull image \"{name}\": "));
        await PushAsync(_open, "later", "1");
        await scratch.RunAsync("wait", "pod/later", "--for=condition=Ready", "--timeout=60s");
    }

    [Test]
    public async Task A_registry_that_wants_a_password_is_given_that_of_the_pods_secret_or_of_its_service_account()
    {
        await using var scratch = await Scratch.CreateAsync();
        var name = $"{_closed.Name}/secret/image:1";
        await PushAsync(_closed, "secret/image", "1");
        await CreateAsync(scratch, "stranger", name, "Always");
        Assert.That(await WaitingAsync(scratch, "stranger", "ImagePullBackOff"), Does.Contain("401 Unauthorized").Or.Contain("no basic auth credentials").Or.Contain("authorization failed"));

        await scratch.RunAsync("create", "secret", "docker-registry", "wrong", $"--docker-server={_closed.Name}", $"--docker-username={RegistryProcess.User}", "--docker-password=guess");
        await scratch.RunAsync("create", "secret", "docker-registry", "right", $"--docker-server=http://{_closed.Name}", $"--docker-username={RegistryProcess.User}", $"--docker-password={RegistryProcess.Password}");
        await RunAsync(scratch, "friend", name, "Always", "imagePullSecrets: [{name: wrong}, {name: right}, {name: missing}]");

        await scratch.RunAsync("patch", "serviceaccount", "default", "-p", "{\"imagePullSecrets\":[{\"name\":\"right\"}]}");
        await RunAsync(scratch, "account", name, "Always");
    }

    [Test]
    public async Task An_unreachable_registry_holds_back_what_must_always_be_pulled_and_nothing_else()
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var gone = await StartRegistryAsync();
        var name = $"{gone.Name}/gone:1";
        await PushAsync(gone, "gone", "1");
        await RunAsync(scratch, "before", name, "Always");
        await gone.KillAsync();
        await CreateAsync(scratch, "always", name, "Always");
        Assert.That(await WaitingAsync(scratch, "always", "ImagePullBackOff"), Does.Contain("connection refused"));
        await RunAsync(scratch, "present", name, "IfNotPresent");
    }

    [Test]
    public async Task A_name_that_is_none_is_refused_without_asking_a_registry()
    {
        await using var scratch = await Scratch.CreateAsync();
        await CreateAsync(scratch, "odd", "odd//name:1", "IfNotPresent");
        Assert.That(await WaitingAsync(scratch, "odd", "InvalidImageName"), Does.Contain("couldn't parse image name"));
    }

    private static async Task<RegistryProcess> StartRegistryAsync(bool isClosed = false)
    {
        var registry = await RegistryProcess.StartAsync(SharedCluster.Cluster.OutsideAddress, isClosed);
        // Plain HTTP has to be allowed to containerd, as an administrator does.
        var directory = Directory.CreateDirectory(Path.Combine(RegistryDirectory, registry.Name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "hosts.toml"), $"server = \"http://{registry.Name}\"\n[host.\"http://{registry.Name}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        return registry;
    }

    private static async Task<OciImage> PushAsync(RegistryProcess registry, string repository, string tag, string mark = "")
    {
        var image = OciImageBuilder.Busybox().WithFile("mark", System.Text.Encoding.ASCII.GetBytes(mark)).Build();
        await registry.PushAsync(image, repository, tag);
        return image;
    }

    private static async Task RunAsync(Scratch scratch, string pod, string image, string policy, string more = "")
    {
        await CreateAsync(scratch, pod, image, policy, more);
        await scratch.RunAsync("wait", $"pod/{pod}", "--for=condition=Ready", "--timeout=60s");
    }

    private static Task CreateAsync(Scratch scratch, string pod, string image, string policy, string more = "") => scratch.ApplyAsync(
        $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{pod}}}
        spec:
          terminationGracePeriodSeconds: 0
          containers: [{name: main, image: "{{image}}", imagePullPolicy: "{{policy}}", command: [sleep, "100000"]}]
          {{more}}
        """);

    private static async Task<string> WaitingAsync(Scratch scratch, string pod, string reason)
    {
        await scratch.RunAsync("wait", $"pod/{pod}", $"--for=jsonpath={{.status.containerStatuses[0].state.waiting.reason}}={reason}", "--timeout=60s");
        return await scratch.RunAsync("get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].state.waiting.message}");
    }

    private static async Task<string[]> EventsAsync(Scratch scratch, string pod)
    {
        // Events follow the pod's status; the last of a start is Started, of a failure Failed.
        var found = Array.Empty<string>();
        await Eventually.TrueAsync(async () =>
        {
            using var list = JsonDocument.Parse(await scratch.RunAsync("get", "events", $"--field-selector=involvedObject.name={pod}", "-o", "json"));
            found = [.. list.RootElement.GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("type")} {item.GetProperty("reason")}: {item.GetProperty("message")}")];
            return found.Any(line => line.StartsWith("Normal Started", StringComparison.Ordinal) || line.StartsWith("Warning Failed: Error: ErrImageNever", StringComparison.Ordinal)
                || line == "Warning Failed: Error: ImagePullBackOff");
        });
        return found;
    }
}

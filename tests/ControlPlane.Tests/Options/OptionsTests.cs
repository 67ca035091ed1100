using ControlPlane.Machinery.Features;
using ControlPlane.Parts;
using static ControlPlane.Host.Tests.Options.CommandLine;

namespace ControlPlane.Host.Tests.Options;

/// <summary>What flags mean, and what is said of those that mean nothing.</summary>
public sealed class OptionsTests
{
    [Test]
    public void Nothing_typed_is_all_right_and_has_the_products_defaults()
    {
        var cluster = Server();
        Assert.That(cluster.Validate().Messages, Is.Empty);
        Assert.That(cluster.Server.SecurePort, Is.EqualTo(6443));
        Assert.That(cluster.Server.ServiceClusterIPRange, Is.EqualTo("10.96.0.0/16"));
        Assert.That(cluster.Controllers.ClusterCidr, Is.EqualTo("10.244.0.0/16"));
        Assert.That(cluster.Server.AuthorizationModes, Is.EqualTo(new[] { "Node", "RBAC" }));
        Assert.That(cluster.Data.DataDir, Is.EqualTo("/var/lib/controlplane"));
    }

    [Test]
    public void Flags_are_typed_in_every_form_of_upstreams()
    {
        var cluster = Server(
            "--secure-port=1", "--secure-port=7443", "--request-timeout", "1m30s", "--leader-elect=false", "--allocate-node-cidrs=F", "--tls-san=a,b", "--tls-san", "c",
            "--node-eviction-rate=0.5", "-v", "3", "--event-ttl=0", "--feature-gates=APIServerIdentity=false", "--feature-gates", "AllAlpha=true,WatchList=false");
        Assert.That(cluster.Server.SecurePort, Is.EqualTo(7443));
        Assert.That(cluster.Server.RequestTimeout, Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That(cluster.Leadership.LeaderElect, Is.False);
        Assert.That(cluster.Controllers.AllocateNodeCidrs, Is.False);
        Assert.That(cluster.Server.TlsSans, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(cluster.Controllers.NodeEvictionRate, Is.EqualTo(0.5));
        Assert.That(cluster.Data.Verbosity, Is.EqualTo(3));
        Assert.That(cluster.Storage.EventTtl, Is.EqualTo(TimeSpan.Zero));
        var gates = cluster.Server.ReadFeatureGates();
        Assert.That((gates.IsEnabled("APIServerIdentity"), gates.IsEnabled("WatchList"), gates.IsEnabled("GangScheduling")), Is.EqualTo((false, false, true)));
        Assert.That(cluster.Validate().Messages, Is.Empty);
    }

    [TestCase(new string[0], false)]
    [TestCase(new[] { "--no-agent" }, true)]
    [TestCase(new[] { "--no-agent", "--simulated-nodes=3" }, true)]
    [TestCase(new[] { "--no-agent=false" }, false)]
    public void A_switch_alone_is_on(string[] flags, bool isOn) =>
        Assert.That(UpOptions.From(ControlPlane.Commands.Root.Parse(["up", .. flags])).NoAgent, Is.EqualTo(isOn));

    [TestCase("--secure-port=x", """invalid argument "x" for "--secure-port" flag: strconv.ParseInt: parsing "x": invalid syntax""")]
    [TestCase("--secure-port=99999999999", """invalid argument "99999999999" for "--secure-port" flag: strconv.ParseInt: parsing "99999999999": value out of range""")]
    [TestCase("--request-timeout=5", """invalid argument "5" for "--request-timeout" flag: time: invalid duration "5" """)]
    [TestCase("--request-timeout=1x", """invalid argument "1x" for "--request-timeout" flag: time: invalid duration "1x" """)]
    [TestCase("--leader-elect=maybe", """invalid argument "maybe" for "--leader-elect" flag: strconv.ParseBool: parsing "maybe": invalid syntax""")]
    [TestCase("--node-eviction-rate=fast", """invalid argument "fast" for "--node-eviction-rate" flag: strconv.ParseFloat: parsing "fast": invalid syntax""")]
    public void What_cannot_be_read_is_said_in_upstreams_words(string flag, string message) => Assert.That(Unreadable(flag), Is.EqualTo(new[] { message.Trim() }));

    [Test]
    public void An_unknown_flag_is_refused() => Assert.That(Unreadable("--no-such-flag"), Is.Not.Empty);

    [TestCase("--secure-port=0", "--secure-port 0 must be between 1 and 65535, inclusive")]
    [TestCase("--max-requests-inflight=-1", "--max-requests-inflight can not be negative value")]
    [TestCase("--max-mutating-requests-inflight=-1", "--max-mutating-requests-inflight can not be negative value")]
    [TestCase("--request-timeout=-1s", "--request-timeout can not be negative value")]
    [TestCase("--min-request-timeout=-1", "--min-request-timeout can not be negative value")]
    [TestCase("--concurrent-gc-syncs=0", "--concurrent-gc-syncs 0 must be at least 1")]
    [TestCase("--unhealthy-zone-threshold=1.5", "--unhealthy-zone-threshold 1.5 must be between 0 and 1, inclusive")]
    [TestCase("--service-cluster-ip-range=10.0.0.0", """invalid argument "10.0.0.0" for "--service-cluster-ip-range" flag: invalid CIDR address: 10.0.0.0""")]
    [TestCase("--service-cluster-ip-range=10.0.0.0/8", "specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12")]
    [TestCase("--service-node-port-range=9-1", """invalid argument "9-1" for "--service-node-port-range" flag: not of the form 30000-32767""")]
    [TestCase("--bind-address=here", """invalid argument "here" for "--bind-address" flag: failed to parse IP: "here" """)]
    [TestCase("--authorization-mode=Magic", "authorization-mode \"Magic\" is not a valid mode")]
    [TestCase("--authorization-mode=RBAC,RBAC", "authorization-mode [RBAC RBAC] has mode specified more than once")]
    [TestCase("--controllers=*,-nothing", "\"nothing\" is not in the list of known controllers")]
    [TestCase("--feature-gates=NoSuchGate=true", """invalid argument "NoSuchGate=true" for "--feature-gates" flag: unrecognized feature gate: NoSuchGate""")]
    [TestCase("--feature-gates=WatchList", """invalid argument "WatchList" for "--feature-gates" flag: missing bool value for WatchList""")]
    [TestCase("--leader-elect-lease-duration=5s", "leaseDuration must be greater than renewDeadline")]
    [TestCase("--leader-elect-retry-period=9s", "renewDeadline must be greater than retryPeriod*JitterFactor")]
    [TestCase("--cloud-provider=moon", "--cloud-provider: unknown cloud provider \"moon\"; built in: static")]
    [TestCase("--etcd-servers=localhost", "--etcd-servers: \"localhost\" is not of the form http://host:2379 or https://host:2379")]
    [TestCase("--etcd-cafile=/no/such.crt", "--etcd-cafile: open /no/such.crt: no such file or directory")]
    [TestCase("--node-cidr-mask-size=8", "--node-cidr-mask-size 8 is larger than --cluster-cidr 10.244.0.0/16: it must be at least 16")]
    public void What_cannot_be_is_said(string flag, string message) => Assert.That(Wrong(flag), Is.EqualTo(new[] { message.Trim() }));

    [Test]
    public void All_that_is_wrong_is_said_at_once() =>
        Assert.That(Wrong("--secure-port=0", "--feature-gates=X=true", "--concurrent-gc-syncs=0", "--controllers=x"), Has.Count.EqualTo(4));

    [Test]
    public void Controllers_may_be_named_old_and_new_and_those_of_clouds_too() =>
        Assert.That(Wrong("--controllers=deployment,deployment-controller,-service,cloud-node-controller"), Is.Empty);

    [Test]
    public void What_was_typed_reaches_the_server()
    {
        var options = ApiServerSettings.Of(Server(
            "--bind-address=127.0.0.1", "--advertise-address=192.0.2.7", "--endpoint-reconciler-type=none", "--request-timeout=5s", "--min-request-timeout=60",
            "--event-ttl=5m", "--etcd-compaction-interval=1m", "--default-not-ready-toleration-seconds=7", "--feature-gates=APIServerIdentity=false,WatchList=false"));
        Assert.That(options.AdvertiseAddress.ToString(), Is.EqualTo("192.0.2.7"));
        Assert.That(options.EndpointReconciler, Is.EqualTo(ApiServer.EndpointReconciler.None));
        Assert.That((options.RequestTimeout, options.MinRequestTimeout), Is.EqualTo((TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1))));
        Assert.That((options.Registry.TimeToLive, options.Registry.CompactionInterval), Is.EqualTo(((TimeSpan?)TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1))));
        Assert.That(options.NotReadyTolerationSeconds, Is.EqualTo(7));
        Assert.That(options.Features.IsEnabled("APIServerIdentity"), Is.False);
        Assert.That(options.Registry.AllowsInitialEvents, Is.False);
    }

    [Test]
    public void Workers_are_those_of_known_controllers()
    {
        var known = Client.ControllerHost.Describe(Controllers.ControllerCatalog.All(new Controllers.ControllerSettings())).ToDictionary(controller => controller.Name);
        foreach (var (name, workers) in new WorkerOptions().ByController())
            Assert.That(known[name].WorkerCount, Is.EqualTo(workers), name);
    }
}

using System.Globalization;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Stored;
using ControlPlane.Resources;
using ControlPlane.Storage;
using ControlPlane.Types.Core;

namespace ControlPlane.Benchmarks.Starting;

/// <summary>Objects as the store has them: nodes, pods of about 3.6 kB of JSON that run on them, and config maps. They are such as controllers leave alone for a while.</summary>
internal static class StoredObjects
{
    private const int Nodes = 1000;
    private const int Namespaces = 100;
    private const int MapBytes = 1000;

    /// <summary>The writes that make them.</summary>
    public static IEnumerable<StoreWrite> Of(int pods, int maps)
    {
        var now = TimeProvider.System.GetUtcNow();
        return [
            .. Encoded(Enumerable.Range(0, Namespaces).Select(i => new Namespace { Metadata = Meta("", $"ns-{i}", now), Status = new NamespaceStatus { Phase = "Active" } })),
            .. Encoded(Enumerable.Range(0, Nodes).Select(i => NodeOf(i, now))),
            .. Encoded(Enumerable.Range(0, pods).Select(i => PodOf(i, now))),
            .. Encoded(Enumerable.Range(0, maps).Select(i => MapOf(i, now)))];
    }

    private static IEnumerable<StoreWrite> Encoded<T>(IEnumerable<T> objects)
        where T : class, IApiObject
    {
        var definition = BuiltInDefinitions.Served.First(one => one.Hub.Kind == typeof(T).Name);
        var form = new StoredForm(definition);
        return objects.Select(one => new StoreWrite.Put(
            $"/registry/{definition.StoragePrefix}/{(one.Metadata.Namespace.Length > 0 ? one.Metadata.Namespace + "/" : "")}{one.Metadata.Name}", form.Encode(one)));
    }

    private static ObjectMeta Meta(string @namespace, string name, DateTimeOffset now, params KeyValuePair<string, string>[] labels) => new()
    {
        Namespace = @namespace,
        Name = name,
        Uid = Guid.NewGuid().ToString(),
        CreationTimestamp = Timestamp.From(now),
        Labels = labels.ToValueMap(),
    };

    private static Node NodeOf(int number, DateTimeOffset now) => new()
    {
        Metadata = Meta("", $"node-{number}", now),
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = "True", LastHeartbeatTime = Timestamp.From(now), LastTransitionTime = Timestamp.From(now) }] },
    };

    private static Pod PodOf(int number, DateTimeOffset now) => new()
    {
        Metadata = Meta($"ns-{number % Namespaces}", $"pod-{number}", now, new("app", "load"), new("tenth", (number % 10).ToString(CultureInfo.InvariantCulture))),
        Spec = new PodSpec
        {
            NodeName = $"node-{number % Nodes}",
            Tolerations = [new Toleration { Operator = "Exists" }],
            Containers =
            [
                new Container
                {
                    Name = "main",
                    Image = "registry.example.com/team/application:v1.2.3",
                    Env = Enumerable.Range(0, 40).Select(i => new EnvVar { Name = $"SOME_SETTING_{i}", Value = $"a value of some length, number {i}" }).ToValueList(),
                },
            ],
        },
        Status = new PodStatus { Phase = "Running", HostIP = "192.0.2.1", PodIP = "192.0.2.2" },
    };

    private static ConfigMap MapOf(int number, DateTimeOffset now) => new()
    {
        Metadata = Meta($"ns-{number % Namespaces}", $"map-{number}", now),
        Data = ValueMap.Of("key", new string('v', MapBytes)),
    };
}

using System.Text;
using BenchmarkDotNet.Attributes;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Benchmarks.Machinery;

/// <summary>What a patch or apply of one pod of some kilobytes costs without server and store: the figures behind design section 6.</summary>
[MemoryDiagnoser]
public class ApplyBenchmarks
{
    private static readonly Timestamp Now = Timestamp.FromUnixSeconds(1);
    private readonly FieldManager _manager = new() { Type = Pod.Descriptor, ApiVersion = "v1" };
    private readonly byte[] _json = Encoding.UTF8.GetBytes(Text("1"));
    private readonly byte[] _changed = Encoding.UTF8.GetBytes(Text("2"));
    private readonly TreeObject _patch = TreeReader.ReadObject("""{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c1","image":"other"}]}}"""u8);
    private TreeObject _live = TreeObject.Empty;
    private ManagedFields _owners = ManagedFields.Empty;

    /// <summary>The stored pod, applied by one manager and updated by another.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var merged = (ApplyOutcome.Merged)_manager.Apply(null, _owners, TreeReader.ReadObject(_json), "a", force: false, Now);
        _live = MergePatch.Apply(merged.Object, TreeReader.Read("""{"status":{"phase":"Running","podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}]}}"""u8));
        _owners = _manager.Update(merged.Object, merged.Owners, _live, "kubelet", Now);
    }

    /// <summary>JSON to tree.</summary>
    [Benchmark]
    public TreeObject Read() => TreeReader.ReadObject(_json);

    /// <summary>Tree to JSON.</summary>
    [Benchmark]
    public byte[] Write() => TreeWriter.ToBytes(_live);

    /// <summary>The same configuration again.</summary>
    [Benchmark]
    public ApplyOutcome ApplyAgain() => _manager.Apply(_live, _owners, TreeReader.ReadObject(_json), "a", force: false, Now);

    /// <summary>Another image.</summary>
    [Benchmark]
    public ApplyOutcome ApplyChange() => _manager.Apply(_live, _owners, TreeReader.ReadObject(_changed), "a", force: false, Now);

    /// <summary>A label, by merge patch, with its owner.</summary>
    [Benchmark]
    public ManagedFields MergePatchLabel()
    {
        var patched = MergePatch.Apply(_live, _patch.Without("spec"));
        return _manager.Update(_live, _owners, patched, "m", Now);
    }

    /// <summary>A label and an image, by strategic merge patch, with their owner.</summary>
    [Benchmark]
    public ManagedFields StrategicMerge() => _manager.Update(_live, _owners, StrategicMergePatch.Apply(_live, _patch, Pod.Descriptor), "m", Now);

    private static string Text(string tag)
    {
        var containers = Enumerable.Range(0, 4).Select(index => $$$"""
            {"name":"c{{{index}}}","image":"registry.example/team/image-{{{index}}}:{{{tag}}}","args":["--verbose","--port=80{{{index}}}","--config=/etc/config/file.yaml"],
             "env":[{"name":"HOME","value":"/home/user"},{"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"} }},{"name":"LEVEL","value":"info"}],
             "ports":[{"containerPort":80{{{index}}},"name":"http{{{index}}}","protocol":"TCP"},{"containerPort":90{{{index}}},"name":"metrics{{{index}}}"}],
             "resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"1","memory":"1Gi"}},
             "volumeMounts":[{"name":"config","mountPath":"/etc/config","readOnly":true},{"name":"data","mountPath":"/var/data"}],
             "livenessProbe":{"httpGet":{"path":"/healthz","port":"http{{{index}}}"},"initialDelaySeconds":10,"periodSeconds":5}}
            """);
        return $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default","labels":{"app":"web","tier":"front","team":"a"},"annotations":{"note":"one","owner":"two"}},
             "spec":{"containers":[{{{string.Join(',', containers)}}}],"volumes":[{"name":"config","configMap":{"name":"config"}},{"name":"data","emptyDir":{}}],
             "nodeSelector":{"disk":"ssd"},"tolerations":[{"key":"a","operator":"Exists"}],"terminationGracePeriodSeconds":30}}
            """;
    }
}

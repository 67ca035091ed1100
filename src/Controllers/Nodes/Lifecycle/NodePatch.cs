using ControlPlane.Client;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>Changes of a node's taints and labels.</summary>
internal static class NodePatch
{
    /// <summary>Sets them as a whole, if the node still is as it was looked at (409 otherwise): taints are a list that several write to.</summary>
    public static Patch Of(Node node, ValueList<Taint> taints, ValueMap<string> labels)
    {
        var json = new JsonOutput();
        var patch = json.Begin();
        json.Name("metadata");
        var metadata = json.Begin();
        json.Name("resourceVersion");
        json.String(node.Metadata.ResourceVersion);
        json.Name("labels");
        Write(json, labels);
        json.EndObject(metadata);
        json.Name("spec");
        var spec = json.Begin();
        json.Name("taints");
        Write(json, taints);
        json.EndObject(spec);
        json.EndObject(patch);
        return Patch.Merge(json.ToArray());
    }

    private static void Write(JsonOutput json, ValueMap<string> labels)
    {
        var start = json.Begin();
        foreach (var (key, value) in labels)
        {
            json.Name(key);
            json.String(value);
        }
        json.EndObject(start);
    }

    private static void Write(JsonOutput json, ValueList<Taint> taints)
    {
        var start = json.Begin();
        foreach (var taint in taints)
        {
            json.Comma();
            taint.WriteJson(json);
        }
        json.EndArray(start);
    }
}

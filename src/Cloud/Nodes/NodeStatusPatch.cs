using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Cloud.Nodes;

/// <summary>A patch of one list of a node's status, which leaves alone what the node agent writes meanwhile.</summary>
internal static class NodeStatusPatch
{
    /// <summary>{"status":{"list":[items]}}</summary>
    public static byte[] Of(string list, IEnumerable<IMessage> items)
    {
        var json = new JsonOutput();
        var document = json.Begin();
        json.Name("status");
        var status = json.Begin();
        json.Name(list);
        var start = json.Begin();
        foreach (var item in items)
        {
            json.Comma();
            item.WriteJson(json);
        }
        json.EndArray(start);
        json.EndObject(status);
        json.EndObject(document);
        return json.ToArray();
    }
}

using System.Security.Cryptography;
using System.Text;
using ControlPlane.Node.Images;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>The images of a simulated node: names without content. Every pull succeeds, and a name has the same id on every node.</summary>
internal sealed class SimulatedImages
{
    private const ulong ImageBytes = 20 * 1024 * 1024; // each counts as much, so that image sizes in node statuses look like images'

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Image> _byName = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Image> List()
    {
        lock (_lock)
            return [.. _byName.Values];
    }

    /// <summary>By name or id; null when it was not pulled.</summary>
    public Image? Find(string image)
    {
        lock (_lock)
            return _byName.GetValueOrDefault(ImageName.Normalize(image))
                ?? _byName.Values.FirstOrDefault(present => present.Id == image || present.Digests.Contains(image));
    }

    /// <summary>Makes it present.</summary>
    public Image Pull(string image)
    {
        var name = ImageName.Normalize(image);
        lock (_lock)
            return _byName.TryGetValue(name, out var present) ? present : _byName[name] = Make(name);
    }

    /// <summary>Takes it away, by name or id.</summary>
    public void Remove(string image)
    {
        lock (_lock)
        {
            if (Find(image) is { } present)
                _byName.Remove(_byName.First(pair => ReferenceEquals(pair.Value, present)).Key);
        }
    }

    private static Image Make(string name)
    {
        var id = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var at = name.IndexOf('@');
        var digest = at >= 0 ? name : $"{name[..name.LastIndexOf(':')]}@{id}";
        return new Image { Id = id, Tags = at >= 0 ? [] : [name], Digests = [digest], Size = ImageBytes };
    }
}

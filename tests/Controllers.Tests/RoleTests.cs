using System.Text.Json;
using ControlPlane.Client;
using ControlPlane.TestKit;

namespace ControlPlane.Controllers.Tests;

/// <summary>What controllers declare and what their roles allow must be the same story.</summary>
public sealed class RoleTests
{
    private static readonly string? Facts = Repository.Shared is { } shared ? Path.Combine(shared, "facts", "bootstrap-rbac-1.36.json") : null;

    [Test]
    public void Every_declared_write_is_covered_by_the_controllers_role() =>
        Assert.That(Declarations().SelectMany(d => Uncovered(d, d.WriteAccess, ~Verb.Read, $"system:controller:{d.ServiceAccount}")), Is.Empty);

    [Test]
    public void Every_declared_read_is_covered_by_the_informers_role() =>
        Assert.That(Declarations().SelectMany(d => Uncovered(d, d.ReadAccess, Verb.List | Verb.Watch, "system:kube-controller-manager")), Is.Empty);

    [Test]
    public void Names_are_upstreams()
    {
        if (Facts is null)
            Assert.Ignore("the facts are not beside the checkout");
        var known = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Facts!)!, "controllers-1.36.txt"));
        Assert.That(Declarations().Select(d => d.Name).Where(name => !known.Contains(name, StringComparison.Ordinal)), Is.Empty);
    }

    private static IReadOnlyList<ControllerDeclaration> Declarations() => ControllerHost.Describe(ControllerCatalog.All(new ControllerSettings()));

    private static IEnumerable<string> Uncovered(ControllerDeclaration controller, IEnumerable<DeclaredAccess> accesses, Verb counted, string role)
    {
        var rules = Rules(role);
        foreach (var access in accesses)
        {
            var resource = access.Subresource.Length == 0 ? access.Resource.Resource : $"{access.Resource.Resource}/{access.Subresource}";
            foreach (var verb in Enum.GetValues<Verb>().Where(verb => int.PopCount((int)verb) == 1 && access.Verbs.HasFlag(verb) && counted.HasFlag(verb)))
            {
                var name = verb.ToString().ToLowerInvariant();
                if (!rules.Exists(rule => Has(rule, "apiGroups", access.Resource.Group) && Has(rule, "resources", resource) && Has(rule, "verbs", name)))
                    yield return $"{controller.Name}: {name} {access.Resource.Group}/{resource} is not in {role}";
            }
        }
    }

    private static List<JsonElement> Rules(string role)
    {
        if (Facts is null)
            Assert.Ignore("the facts are not beside the checkout");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Facts!));
        return [.. document.RootElement.EnumerateArray()
            .Where(entry => entry.GetProperty("kind").GetString() is "ClusterRole" or "Role" && entry.GetProperty("name").GetString() == role)
            .SelectMany(entry => entry.GetProperty("rules").EnumerateArray())
            .Select(rule => rule.Clone())];
    }

    private static bool Has(JsonElement rule, string list, string value) =>
        rule.TryGetProperty(list, out var values) && values.EnumerateArray().Any(item => item.GetString() == value || item.GetString() == "*");
}

using System.Collections.Frozen;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Tests.Patching.Apply;

[TestFixture]
internal sealed class ScaleOwnersTests
{
    private static readonly ScaleOwners Scale = new(
        "apps/v1", new Dictionary<string, FieldPath> { ["apps/v1"] = FieldPath.Of("spec", "replicas") }.ToFrozenDictionary());

    private static readonly ManagedFields Owners = ManagedFields.Of(
    [
        Owner("a", FieldOperation.Apply, "apps/v1", "", FieldPath.Of("spec", "replicas"), FieldPath.Of("spec", "paused")),
        Owner("b", FieldOperation.Update, "apps/v1", "", FieldPath.Of("spec", "selector")),
    ]);

    [Test]
    public void The_owner_of_replicas_owns_the_scale()
    {
        var scale = Scale.ToScale(Owners);
        Assert.That(scale.Select(owner => $"{owner.Manager} {owner.ApiVersion} {owner.Fields}"), Is.EqualTo(new[] { """a autoscaling/v1 {"f:spec":{"f:replicas":{}}}""" }));
    }

    [Test]
    public void Who_scales_takes_the_replicas_and_nothing_else()
    {
        var scaled = ManagedFields.Of([Owner("s", FieldOperation.Update, "autoscaling/v1", "scale", FieldPath.Of("spec", "replicas"))]);
        Assert.That(Scale.ToObject(Owners, scaled).Select(owner => $"{owner.Manager} {owner.ApiVersion} {owner.Subresource} {owner.Fields}"), Is.EqualTo(new[]
        {
            """a apps/v1  {"f:spec":{"f:paused":{}}}""",
            """b apps/v1  {"f:spec":{"f:selector":{}}}""",
            """s apps/v1 scale {"f:spec":{"f:replicas":{}}}""",
        }));
    }

    [Test]
    public void A_scale_that_changes_nothing_changes_no_owner() =>
        Assert.That(Scale.ToObject(Owners, Scale.ToScale(Owners)).Select(owner => owner.Fields), Is.EqualTo(Owners.Select(owner => owner.Fields)));

    private static FieldOwner Owner(string manager, FieldOperation operation, string version, string subresource, params FieldPath[] paths) =>
        new(manager, operation, version, subresource, Timestamp.FromUnixSeconds(1), FieldSet.Of(paths));
}

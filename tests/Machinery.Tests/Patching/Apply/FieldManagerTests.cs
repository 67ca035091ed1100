using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Tests.Patching.Apply;

/// <summary>What the recorded sequences do not reach; they are replayed beside the built-in types.</summary>
[TestFixture]
internal sealed class FieldManagerTests
{
    private static readonly Timestamp First = Timestamp.FromUnixSeconds(1000);
    private static readonly Timestamp Later = Timestamp.FromUnixSeconds(2000);

    private static readonly TypeDescriptor Text = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.String };

    private static readonly TypeDescriptor Port = Struct(
        Field("port", new TypeDescriptor { Shape = ValueShape.Scalar, Scalar = ScalarType.Integer }),
        new FieldDescriptor("protocol", Text) { Default = "\"TCP\"", OmitsEmpty = true },
        Field("name", Text));

    private static readonly TypeDescriptor Thing = Struct(
        Field("apiVersion", Text),
        Field("kind", Text),
        new FieldDescriptor("metadata", ObjectMeta.Descriptor),
        new FieldDescriptor("spec", Struct(
            Field("a", Text),
            Field("b", Text),
            Field("map", new TypeDescriptor { Shape = ValueShape.Map, Values = Text }),
            Field("atomic", new TypeDescriptor { Shape = ValueShape.Map, Values = Text, IsAtomic = true }),
            Field("ports", new TypeDescriptor { Shape = ValueShape.List, Topology = ListTopology.Map, MapKeys = ["port", "protocol"], Items = Port }),
            Field("set", new TypeDescriptor { Shape = ValueShape.List, Topology = ListTopology.Set, Items = Text }))));

    private static readonly TypeDescriptor ThingTwo = Struct(
        new FieldDescriptor("metadata", ObjectMeta.Descriptor), new FieldDescriptor("spec", Struct(Field("alpha", Text), Field("b", Text))));

    private static readonly FieldManager Manager = new() { Type = Thing, ApiVersion = "v1" };

    [Test]
    public void A_create_owns_what_it_states_but_not_structs_that_are_always_there()
    {
        var owners = Manager.Update(null, ManagedFields.Empty, Object("""{"a":"1","map":{"k":"v"},"ports":[{"port":80,"protocol":"TCP"}],"set":["x"]}"""), "m", First);
        Assert.That(owners.Single().Fields.ToString(), Is.EqualTo(
            """{"f:spec":{"f:a":{},"f:map":{".":{},"f:k":{}},"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{}}},"f:set":{".":{},"v:\"x\"":{}}}}"""));
    }

    [TestCase("""{"a":"1","map":{"k":"v"},"ports":[{"port":80,"name":"x"}],"set":["x"]}""", """{"a":"2","map":{"k":"w"},"ports":[{"port":80,"name":"y"}],"set":["x"]}""", true)]
    [TestCase("""{"atomic":{"k":"v"}}""", """{"atomic":{"l":"v"}}""", true)]
    [TestCase("""{"a":"1"}""", """{"b":"1"}""", false)]
    [TestCase("""{"a":"1"}""", """{"a":"1","b":"1"}""", false)]
    [TestCase("""{"map":{"k":"v"}}""", """{"map":{"l":"v"}}""", false)]
    [TestCase("""{"map":{}}""", """{"map":{"l":"v"}}""", false)]
    [TestCase("""{"ports":[{"port":80}]}""", """{"ports":[{"port":81}]}""", false)]
    [TestCase("""{"ports":[{"port":80},{"port":81}]}""", """{"ports":[{"port":81},{"port":80}]}""", false)]
    [TestCase("""{"ports":[{"port":80}]}""", """{"ports":[{"port":80},{"port":80}]}""", false)]
    [TestCase("""{"set":["x","y"]}""", """{"set":["x","z"]}""", false)]
    [TestCase("""{"b":""}""", """{"b":"1"}""", true)]
    public void Who_creates_a_second_object_owns_what_they_would_own_had_there_been_no_first(string first, string second, bool isShared)
    {
        var fresh = new FieldManager { Type = Thing, ApiVersion = "v1" }.Update(null, ManagedFields.Empty, Object(second), "m", Later);
        var manager = new FieldManager { Type = Thing, ApiVersion = "v1" };
        var one = manager.Update(null, ManagedFields.Empty, Object(first), "m", First);
        var two = manager.Update(null, ManagedFields.Empty, Object(second), "m", Later);
        Assert.That(Summary(two), Is.EqualTo(Summary(fresh)));
        Assert.That(ReferenceEquals(one.SingleOrDefault()?.Fields, two.Single().Fields), Is.EqualTo(isShared));
    }

    [Test]
    public void An_update_takes_what_it_changes_and_an_emptied_owner_is_gone()
    {
        var live = Object("""{"a":"1","b":"1"}""");
        var owners = Manager.Update(null, ManagedFields.Empty, Object("""{"a":"1"}"""), "one", First);
        owners = Manager.Update(Object("""{"a":"1"}"""), owners, live, "two", First);
        owners = Manager.Update(live, owners, Object("""{"a":"2","b":"1"}"""), "three", Later);
        Assert.That(Summary(owners), Is.EqualTo(new[] { """two 1000 {"f:spec":{"f:b":{}}}""", """three 2000 {"f:spec":{"f:a":{}}}""" }));
    }

    [Test]
    public void A_write_that_changes_nothing_changes_no_owner_and_no_time()
    {
        var live = Object("""{"a":"1"}""");
        var owners = Manager.Update(null, ManagedFields.Empty, live, "m", First);
        Assert.That(Summary(Manager.Update(live, owners, Object("""{"a":"1"}"""), "other", Later)), Is.EqualTo(Summary(owners)));
    }

    [Test]
    public void Applying_the_same_again_gives_the_live_object_itself()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"a":"1","ports":[{"port":80}]}""", "m", First);
        var again = (ApplyOutcome.Merged)Manager.Apply(live, owners, Object("""{"a":"1","ports":[{"port":80}]}"""), "m", force: false, Later);
        Assert.Multiple(() =>
        {
            Assert.That(again.Object, Is.SameAs(live));
            Assert.That(again.IsChanged, Is.False);
            Assert.That(Summary(again.Owners), Is.EqualTo(Summary(owners)));
        });
    }

    [Test]
    public void What_is_applied_no_more_is_removed_unless_somebody_else_owns_it()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"a":"1","b":"1","map":{"x":"1","y":"1"},"set":["p","q"]}""", "one", First);
        (live, owners) = Apply(live, owners, """{"b":"1","map":{"x":"1"},"set":["q"]}""", "two", First);
        (live, owners) = Apply(live, owners, """{"a":"1"}""", "one", Later);
        Assert.That(live.Object("spec"), Is.EqualTo(Spec("""{"a":"1","b":"1","map":{"x":"1"},"set":["q"]}""")));
    }

    [Test]
    public void Removing_a_list_item_leaves_alone_what_another_owns_of_it()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"ports":[{"port":80,"name":"h"},{"port":81}]}""", "one", First);
        (live, owners) = Apply(live, owners, """{"ports":[{"port":81,"name":"n"}]}""", "two", First);
        (live, owners) = Apply(live, owners, """{"a":"x"}""", "one", Later);
        Assert.That(live.Object("spec"), Is.EqualTo(Spec("""{"a":"x","ports":[{"port":81,"name":"n"}]}""")));
    }

    [Test]
    public void Keys_that_are_left_out_count_with_their_default()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"ports":[{"port":80,"protocol":"TCP","name":"a"}]}""", "one", First);
        var outcome = Manager.Apply(live, owners, Object("""{"ports":[{"port":80,"name":"b"}]}"""), "two", force: false, Later);
        Assert.That(((ApplyOutcome.Conflicted)outcome).Message, Is.EqualTo(
            """Apply failed with 1 conflict: conflict with "one": .spec.ports[port=80,protocol="TCP"].name"""));
    }

    [Test]
    public void What_two_apply_alike_belongs_to_both_and_goes_with_the_second()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"a":"1","b":"1"}""", "one", First);
        (live, owners) = Apply(live, owners, """{"a":"1"}""", "two", First);
        (live, owners) = Apply(live, owners, """{"b":"1"}""", "one", Later);
        Assert.That(live.Object("spec"), Is.EqualTo(Spec("""{"a":"1","b":"1"}""")));
        (live, owners) = Apply(live, owners, "{}", "two", Later);
        Assert.Multiple(() =>
        {
            Assert.That(live.Object("spec"), Is.EqualTo(Spec("""{"b":"1"}""")));
            Assert.That(Summary(owners), Is.EqualTo(new[] { """one 2000 {"f:spec":{"f:b":{}}}""", """two 2000 {"f:spec":{}}""" }));
        });
    }

    [Test]
    public void Force_takes_what_others_own_and_leaves_them_the_rest()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"a":"1","b":"1"}""", "one", First);
        var refused = Manager.Apply(live, owners, Object("""{"a":"2"}"""), "two", force: false, Later);
        var taken = (ApplyOutcome.Merged)Manager.Apply(live, owners, Object("""{"a":"2"}"""), "two", force: true, Later);
        Assert.Multiple(() =>
        {
            Assert.That(((ApplyOutcome.Conflicted)refused).Message, Is.EqualTo("""Apply failed with 1 conflict: conflict with "one": .spec.a"""));
            Assert.That(Summary(taken.Owners), Is.EqualTo(new[] { """one 1000 {"f:spec":{"f:b":{}}}""", """two 2000 {"f:spec":{"f:a":{}}}""" }));
        });
    }

    [Test]
    public void An_atomic_map_is_taken_whole_or_not_at_all()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"atomic":{"k":"v","l":"w"}}""", "one", First);
        var refused = Manager.Apply(live, owners, Object("""{"atomic":{"m":"x"}}"""), "two", force: false, Later);
        var taken = (ApplyOutcome.Merged)Manager.Apply(live, owners, Object("""{"atomic":{"m":"x"}}"""), "two", force: true, Later);
        Assert.Multiple(() =>
        {
            Assert.That(((ApplyOutcome.Conflicted)refused).Message, Is.EqualTo("""Apply failed with 1 conflict: conflict with "one": .spec.atomic"""));
            Assert.That(taken.Object.Object("spec"), Is.EqualTo(Spec("""{"atomic":{"m":"x"}}""")));
            Assert.That(Summary(taken.Owners), Is.EqualTo(new[] { """two 2000 {"f:spec":{"f:atomic":{}}}""" }));
        });
    }

    [Test]
    public void What_an_endpoint_resets_is_owned_by_nobody_who_writes_there()
    {
        var manager = new FieldManager { Type = Thing, ApiVersion = "v1", ResetFields = new Dictionary<string, FieldSet> { ["v1"] = FieldSet.Of(FieldPath.Of("spec", "map")) }.ToFrozenDictionary() };
        var applied = (ApplyOutcome.Merged)manager.Apply(null, ManagedFields.Empty, Object("""{"a":"1","map":{"k":"v"}}"""), "m", force: false, First);
        Assert.That(Summary(applied.Owners), Is.EqualTo(new[] { """m 1000 {"f:spec":{"f:a":{}}}""" }));
    }

    [Test]
    public void A_custom_objects_creator_owns_its_structs_too()
    {
        var custom = Struct(new FieldDescriptor("metadata", ObjectMeta.Descriptor), new FieldDescriptor("spec", Struct(Field("a", Text))) { IsPointer = true });
        var owners = new FieldManager { Type = custom, ApiVersion = "v1" }.Update(null, ManagedFields.Empty, Object("""{"a":"1"}"""), "m", First);
        Assert.That(owners.Single().Fields.ToString(), Is.EqualTo("""{"f:spec":{".":{},"f:a":{}}}"""));
    }

    [Test]
    public void Merged_lists_take_the_applied_order_for_shared_items()
    {
        var (live, owners) = Apply(null, ManagedFields.Empty, """{"set":["a","b","x","c"]}""", "one", First);
        (live, _) = Apply(live, owners, """{"set":["c","n","b"]}""", "two", Later);
        Assert.That(live.Object("spec")!.List("set")!.Select(item => item.StringOrNull), Is.EqualTo(new[] { "a", "x", "c", "n", "b" }));
    }

    [Test]
    public void A_type_that_became_atomic_is_owned_as_a_whole_by_those_who_owned_a_part()
    {
        var owners = ManagedFields.Of([new FieldOwner("m", FieldOperation.Update, "v1", "", First, FieldsCodec.Read("""{"f:spec":{"f:atomic":{"f:k":{}}}}"""u8))]);
        var live = Object("""{"atomic":{"k":"v"}}""");
        var outcome = Manager.Apply(live, owners, Object("""{"atomic":{"k":"w"}}"""), "n", force: false, Later);
        Assert.That(((ApplyOutcome.Conflicted)outcome).Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"m\" using v1: .spec.atomic"));
    }

    [Test]
    public void The_eleventh_updater_makes_the_oldest_two_ancient()
    {
        var owners = ManagedFields.Of(Enumerable.Range(0, 10).Select(index => new FieldOwner(
            $"m{index}", FieldOperation.Update, "v1", "", Timestamp.FromUnixSeconds(100 + index), FieldSet.Of(FieldPath.Of("spec", "map", $"k{index}")))));
        var live = Object("""{"a":"1"}""");
        owners = Manager.Update(live, owners, Object("""{"a":"2"}"""), "new", Later);
        Assert.Multiple(() =>
        {
            Assert.That(owners, Has.Count.EqualTo(10));
            Assert.That(owners[0].Manager, Is.EqualTo("ancient-changes"));
            Assert.That(owners[0].Fields.ToString(), Is.EqualTo("""{"f:spec":{"f:map":{"f:k0":{},"f:k1":{}}}}"""));
            Assert.That(owners[0].Time, Is.EqualTo(Timestamp.FromUnixSeconds(101)));
        });
    }

    [Test]
    public void A_list_of_one_empty_entry_forgets_all_owners_and_an_empty_list_none()
    {
        var live = Object("""{"a":"1"}""");
        var owners = Manager.Update(null, ManagedFields.Empty, live, "m", First);
        Assert.Multiple(() =>
        {
            Assert.That(Manager.Update(live, owners, Owned(live, "[{}]"), "n", Later), Is.Empty);
            Assert.That(Manager.Update(live, owners, Owned(live, "[]"), "n", Later), Has.Count.EqualTo(1));
            Assert.That(Manager.Update(live, owners, Owned(live, """[{"operation":"Bogus"}]"""), "n", Later), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Owners_may_be_set_by_hand()
    {
        var live = Object("""{"a":"1"}""");
        var owners = Manager.Update(null, ManagedFields.Empty, live, "m", First);
        var supplied = Owned(live, """[{"manager":"x","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:a":{}}}}]""");
        Assert.That(Manager.Update(live, owners, supplied, "n", Later).Single().Manager, Is.EqualTo("x"));
    }

    [Test]
    public void Kubectl_takes_over_from_its_client_side_apply_and_keeps_the_annotation_current()
    {
        const string annotation = """{"apiVersion":"v1","kind":"Thing","spec":{"a":"1"}}""";
        var live = Annotated(Object("""{"a":"1","b":"1"}"""), annotation);
        var owners = Manager.Update(null, ManagedFields.Empty, live, "kubectl-client-side-apply", First);
        var applied = Object("""{"a":"2"}""");
        var outcome = Manager.Apply(live, owners, applied, "kubectl", force: false, Later);
        Assert.Multiple(() =>
        {
            Assert.That(((ApplyOutcome.Merged)outcome).Object.Object("metadata")!.Object("annotations")![Annotation]!.StringOrNull, Is.EqualTo(applied + "\n"));
            Assert.That(Manager.Apply(live, owners, Object("""{"b":"2"}"""), "kubectl", force: false, Later), Is.TypeOf<ApplyOutcome.Conflicted>());
            Assert.That(Manager.Apply(live, owners, applied, "other", force: false, Later), Is.TypeOf<ApplyOutcome.Conflicted>());
        });
    }

    [TestCase("""{"apiVersion":"v2","kind":"Thing"}""", "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1")]
    [TestCase("""{"apiVersion":"v1","kind":"Thing","metadata":{"managedFields":[]}}""", "metadata.managedFields must be nil")]
    [TestCase("""{"apiVersion":"v1","kind":"Thing","metadata":{"name":"n"},"spec":{"x":1}}""", "failed to create typed patch object (/n; /v1, Kind=Thing): .spec.x: field not declared in schema")]
    [TestCase("""{"apiVersion":"v1","kind":"Thing","metadata":{"name":"n"},"spec":{"set":["a","a"]}}""", "failed to create typed patch object (/n; /v1, Kind=Thing): .spec.set: duplicate entries for key [=\"a\"]")]
    public void A_configuration_that_does_not_fit_is_refused(string applied, string message) =>
        Assert.That(() => Manager.Apply(null, ManagedFields.Empty, Read(applied), "m", force: false, First), Throws.TypeOf<ApplyException>().With.Message.EqualTo(message));

    [Test]
    public void Owners_at_other_versions_are_asked_in_their_own_words()
    {
        var manager = new FieldManager { Type = Thing, ApiVersion = "v1", Convert = Renamed };
        var live = Object("""{"a":"1","b":"1"}""");
        var owners = ManagedFields.Of(
        [
            new FieldOwner("two", FieldOperation.Apply, "v2", "", First, FieldsCodec.Read("""{"f:spec":{"f:alpha":{},"f:b":{}}}"""u8)),
            new FieldOwner("gone", FieldOperation.Update, "v0", "", First, FieldsCodec.Read("""{"f:spec":{"f:b":{}}}"""u8)),
        ]);
        var conflict = (ApplyOutcome.Conflicted)manager.Apply(live, owners, Object("""{"a":"2"}"""), "one", force: false, Later);
        var abandoned = (ApplyOutcome.Merged)manager.Apply(live, owners, Object("""{"a":"1"}"""), "two", force: false, Later);
        Assert.Multiple(() =>
        {
            Assert.That(conflict.Message, Is.EqualTo("""Apply failed with 1 conflict: conflict with "two": .spec.alpha"""));
            Assert.That(abandoned.Object.Object("spec"), Is.EqualTo(Spec("""{"a":"1"}""")));
            Assert.That(Summary(abandoned.Owners), Is.EqualTo(new[] { """two 2000 {"f:spec":{"f:a":{}}}""" }));
        });
    }

    [Test]
    public void Owners_survive_their_record()
    {
        var (_, owners) = Apply(null, ManagedFields.Empty, """{"a":"1"}""", "m", First);
        Assert.That(Summary(ManagedFields.Read(owners.ToEntries())), Is.EqualTo(Summary(owners)));
    }

    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    private static (TreeObject Live, ManagedFields Owners) Apply(TreeObject? live, ManagedFields owners, string spec, string manager, Timestamp time)
    {
        var merged = (ApplyOutcome.Merged)Manager.Apply(live, owners, Object(spec), manager, force: false, time);
        return (merged.Object, merged.Owners);
    }

    /// <summary>In v2 the field "a" is called "alpha"; other versions are not served.</summary>
    private static VersionedObject? Renamed(TreeObject value, string from, string to)
    {
        var spec = value.Object("spec") ?? TreeObject.Empty;
        var (old, name) = to == "v2" ? ("a", "alpha") : ("alpha", "a");
        var text = spec[old];
        var renamed = value.With("spec", text is null ? spec : spec.Without(old).With(name, text));
        return to is "v1" or "v2" ? new VersionedObject(renamed, to == "v1" ? Thing : ThingTwo) : null;
    }

    private static IEnumerable<string> Summary(ManagedFields owners) => owners.Select(owner => $"{owner.Manager} {owner.Time?.UnixSeconds} {owner.Fields}");

    private static TreeObject Annotated(TreeObject value, string text) => value.With(
        "metadata", TreeObject.Of(new TreeMember("annotations", TreeObject.Of(new TreeMember(Annotation, TreeString.Of(text))))));

    private static TreeObject Owned(TreeObject value, string entries) => value.With("metadata", TreeObject.Of(new TreeMember("managedFields", TreeReader.Read(Encoding.UTF8.GetBytes(entries)))));

    private static TreeObject Object(string spec) => Read($$"""{"apiVersion":"v1","kind":"Thing","spec":{{spec}}}""");

    private static TreeObject Spec(string spec) => Read(spec);

    private static TreeObject Read(string json) => TreeReader.ReadObject(Encoding.UTF8.GetBytes(json));

    private static TypeDescriptor Struct(params ImmutableArray<FieldDescriptor> fields) => new() { Shape = ValueShape.Struct, Fields = new FieldTable(fields) };

    private static FieldDescriptor Field(string name, TypeDescriptor type) => new(name, type) { OmitsEmpty = true };
}

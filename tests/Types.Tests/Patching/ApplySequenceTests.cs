using System.Collections.Frozen;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using ControlPlane.Types.Networking;

namespace ControlPlane.Types.Tests.Patching;

/// <summary>
/// Replays the recorded sequences of writes without a server: each step starts from the object that upstream answered to the step before, and must give the
/// owners, conflicts and errors that upstream answered. Objects are compared as far as defaulting in code has no part in them.
/// </summary>
[TestFixture]
internal sealed class ApplySequenceTests
{
    private static readonly Timestamp Now = Timestamp.FromUnixSeconds(1_767_323_045);

    private static readonly Dictionary<string, TypeDescriptor> Types = new(StringComparer.Ordinal)
    {
        ["configmaps"] = ConfigMap.Descriptor,
        ["podtemplates"] = PodTemplate.Descriptor,
        ["services"] = Service.Descriptor,
        ["networkpolicies"] = NetworkPolicy.Descriptor,
        ["gadgets"] = GadgetType.Descriptor,
    };

    [Test]
    public void Owners_conflicts_and_errors_are_those_that_upstream_answered()
    {
        if (Repository.Golden("sequences") is not { } directory)
        {
            Assert.Ignore("the golden data is not there");
            return;
        }

        int steps = 0, sequences = 0, whole = 0;
        var differences = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(directory, "sequences.jsonl")))
        {
            var sequence = TreeReader.ReadObject(System.Text.Encoding.UTF8.GetBytes(line));
            var before = differences.Count;
            TreeObject? live = null;
            foreach (var step in sequence.List("steps")!.Cast<TreeObject>())
            {
                steps++;
                if (new Step(step, live).Difference() is { } difference)
                    differences.Add($"seed {sequence["seed"]}: {difference}");
                live = step.Object("answer")!.Object("object") ?? live;
            }

            sequences++;
            whole += before == differences.Count ? 1 : 0;
        }

        TestContext.Out.WriteLine($"{steps - differences.Count} of {steps} steps, {whole} of {sequences} sequences");
        Assert.That(differences, Is.Empty, string.Join("\n\n", differences.Take(12)));
    }

    private sealed class Step
    {
        private readonly TreeObject _request;
        private readonly TreeObject _answer;
        private readonly TreeObject? _live;
        private readonly TypeDescriptor _type;
        private readonly FieldManager _manager;
        private readonly string _resource;
        private readonly Uri _uri;

        public Step(TreeObject step, TreeObject? live)
        {
            _request = step.Object("request")!;
            _answer = step.Object("answer")!;
            _live = live;
            _uri = new Uri("https://server" + _request.String("path"));
            var segments = _uri.AbsolutePath.Split('/');
            var isStatus = segments[^1] == "status";
            _resource = segments[isStatus ? ^3 : ^2];
            _type = Types[_resource];
            var version = segments[1] == "api" ? segments[2] : $"{segments[2]}/{segments[3]}";
            var reset = isStatus ? FieldSet.Of(FieldPath.Of("metadata"), FieldPath.Of("spec")) : FieldSet.Of(FieldPath.Of("status"));
            _manager = new FieldManager
            {
                Type = _type,
                ApiVersion = version,
                Subresource = isStatus ? "status" : "",
                ResetFields = new Dictionary<string, FieldSet> { [version] = reset }.ToFrozenDictionary(),
            };
        }

        private long Code => ((TreeInteger)_answer["code"]!).Value;

        private TreeObject? Answered => _answer.Object("object");

        private string Manager => System.Web.HttpUtility.ParseQueryString(_uri.Query)["fieldManager"]!;

        public string? Difference()
        {
            // 404 and what validation finds later has no part in this.
            if (Code == 404)
                return null;
            try
            {
                return _request.String("contentType") == "application/apply-patch+yaml" ? Applied() : Written();
            }
            catch (ApplyException wrong)
            {
                return Code == 500 && wrong.Message == _answer.String("message") ? null : Describe(wrong.Message);
            }
            catch (Exception wrong) when (wrong is PatchFormatException or PatchNotApplicableException)
            {
                return Code is 500 or 422 ? null : Describe(wrong.Message);
            }
        }

        private string? Applied()
        {
            var isForced = _uri.Query.Contains("force=true", StringComparison.Ordinal);
            var outcome = _manager.Apply(_live, Owners(_live), _request.Object("body")!, Manager, isForced, Now);
            if (outcome is ApplyOutcome.Conflicted conflicted)
            {
                var causes = conflicted.Conflicts.Select(conflict => $"{conflict.Field} {conflict.Message}");
                var wanted = (_answer.List("causes") ?? TreeList.Empty).Cast<TreeList>().Select(cause => $"{cause[1].StringOrNull} {cause[2].StringOrNull}");
                return Code == 409 && conflicted.Message == _answer.String("message") && causes.ToHashSet().SetEquals(wanted) ? null : Describe(conflicted.Message);
            }

            var merged = (ApplyOutcome.Merged)outcome;
            if (Code == 422)
                return null;
            return Code is 200 or 201 ? Owned(merged.Owners) ?? Object(merged.Object) : Describe(merged.ToString());
        }

        private string? Written()
        {
            var patched = Patched();
            if (Answered is not { } answered)
                return Code == 422 ? null : Describe("written");
            var supplied = patched.Object("metadata")?.List("managedFields");
            var metadata = answered.Object("metadata")!.Without("managedFields");
            if (supplied is not null)
                metadata = metadata.With("managedFields", supplied);
            var updated = BeforeAllocation(answered.With("metadata", metadata), patched);
            var owners = _manager.Update(_live, Owners(_live), updated, Manager, Now);
            return Owned(owners) ?? (_request.String("method") == "PUT" ? null : Object(patched));
        }

        /// <summary>Owners are found before a Service gets back the addresses that the request left out.</summary>
        private TreeObject BeforeAllocation(TreeObject answered, TreeObject patched)
        {
            if (_resource != "services")
                return answered;
            var spec = answered.Object("spec")!;
            foreach (var name in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
                spec = patched.Object("spec")?.Has(name) == true ? spec : spec.Without(name);
            return answered.With("spec", spec);
        }

        private TreeObject Patched() => _request.String("contentType") switch
        {
            "application/merge-patch+json" => MergePatch.Apply(_live!, _request["body"]!),
            "application/strategic-merge-patch+json" => StrategicMergePatch.Apply(_live!, _request["body"]!, _type),
            "application/json-patch+json" => (TreeObject)JsonPatch.Parse(_request["body"]!).Apply(_live!, allowNegativeIndexes: true),
            _ => _request.Object("body")!,
        };

        private string? Owned(ManagedFields owners)
        {
            var got = owners.ToTree().Cast<TreeObject>().Select(owner => owner.Without("time").ToString()).Order(StringComparer.Ordinal);
            var want = (Answered!.Object("metadata")!.List("managedFields") ?? TreeList.Empty).Select(owner => owner.ToString()).Order(StringComparer.Ordinal);
            return got.SequenceEqual(want) ? null : Describe(string.Join("\n    ", owners.ToTree()));
        }

        /// <summary>Custom resources and ConfigMaps have to be equal; of others what was written has to be in the answer, which has defaults beside it.</summary>
        private string? Object(TreeObject got)
        {
            var want = Bare(Answered!);
            if (_resource == "gadgets")
            {
                // The main endpoint takes the status from the live object.
                got = _manager.Subresource.Length > 0 ? got : _live?["status"] is { } status ? got.With("status", status) : got.Without("status");
                got = (TreeObject)Defaulting.DropForbiddenNulls(Defaulting.Apply(Pruning.Prune(got, _type), _type), _type);
                return Bare(got).Equals(want) ? null : Describe(got.ToString());
            }

            // What a Service gets from its cluster IP allocation and session affinity is the server's.
            got = Bare(got);
            if (_resource == "services")
                got = got.With("spec", (got.Object("spec") ?? TreeObject.Empty).Without("sessionAffinityConfig").Without("ipFamilies").Without("ipFamilyPolicy"));
            var isSame = _resource == "configmaps" ? Covers(want, got) && Covers(got, want) : Covers(want, got);
            return isSame ? null : Describe(got.ToString());
        }

        private static TreeObject Bare(TreeObject value) => value.With("metadata", Meta(value));

        private static TreeObject Meta(TreeObject value)
        {
            var metadata = TreeObject.Of([.. value.Object("metadata")!.Where(member => member.Name is "labels" or "annotations" or "finalizers" && !IsVacant(member.Value))]);
            return metadata;
        }

        private static bool Covers(TreeValue? want, TreeValue got) => got switch
        {
            _ when IsVacant(got) => true,
            TreeObject members => want is TreeObject all && members.All(member => Covers(all[member.Name], member.Value)),
            TreeList items => want is TreeList all && all.Count == items.Count && items.Zip(all).All(pair => Covers(pair.Second, pair.First)),
            _ => got.Equals(want),
        };

        private static bool IsVacant(TreeValue value) => value switch
        {
            TreeNull or TreeList { Count: 0 } => true,
            TreeObject members => members.Values.ToArray().All(IsVacant),
            _ => false,
        };

        private static ManagedFields Owners(TreeObject? value) => ManagedFields.Read(value?.Object("metadata")?.List("managedFields"));

        private string Describe(string got) => $"{_request}\n  live {_live}\n  want {_answer}\n  got  {got}";
    }
}

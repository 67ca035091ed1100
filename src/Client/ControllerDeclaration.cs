using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client;

/// <summary>A resource or subresource that a controller touches, and how.</summary>
/// <param name="Resource">Group and plural; "*" for all groups or all resources.</param>
/// <param name="Subresource">"" for the object itself.</param>
/// <param name="Verbs">What is done.</param>
public sealed record DeclaredAccess(GroupResource Resource, string Subresource, Verb Verbs);

/// <summary>
/// What a controller says of itself. From it come the names for --controllers, informers, queue, metrics, the check against its ClusterRole and the picture of
/// who reads and writes what; a read or write that is not declared is refused.
/// </summary>
public class ControllerDeclaration
{
    private readonly List<DeclaredAccess> _access = [];
    private readonly List<Action<InformerSet>> _wiring = [];

    /// <summary>For --controllers, logs and metrics: "deployment-controller".</summary>
    public string Name { get; private protected set; } = "";

    /// <summary>The name of former versions: "deployment"; "" where there is none.</summary>
    public string Alias { get; private protected set; } = "";

    /// <summary>Its service account in kube-system, and so its ClusterRole: system:controller:NAME.</summary>
    public string ServiceAccount { get; private protected set; } = "";

    /// <summary>Who its Events say they are from.</summary>
    public string EventSource { get => field.Length > 0 ? field : Name; private protected set; } = "";

    /// <summary>How many keys are worked on at once.</summary>
    public int WorkerCount { get; private protected set; } = 1;

    /// <summary>How often every object is looked at again; none for never.</summary>
    public TimeSpan? ResyncPeriod { get; private protected set; }

    /// <summary>The feature gate it needs; "" for none.</summary>
    public string Feature { get; private protected set; } = "";

    /// <summary>Does it run only where its process leads?</summary>
    public bool NeedsLeadership { get; private protected set; } = true;

    /// <summary>Does it run unless it is switched off?</summary>
    public bool IsOnByDefault { get; private protected set; } = true;

    /// <summary>What it reads: informers and single objects.</summary>
    public IEnumerable<DeclaredAccess> ReadAccess => _access.Where(static access => (access.Verbs & Verb.Read) != 0);

    /// <summary>What it writes.</summary>
    public IEnumerable<DeclaredAccess> WriteAccess => _access.Where(static access => (access.Verbs & ~Verb.Read) != 0);

    /// <summary>May it do that?</summary>
    public bool Allows(GroupResource resource, string subresource, Verb verb) => _access.Exists(access =>
        (access.Verbs & verb) == verb
        && ((access.Resource.Resource == "*" && subresource.Length == 0) || (access.Resource == resource && access.Subresource == subresource)));

    internal void Wire(InformerSet informers)
    {
        foreach (var wire in _wiring)
            wire(informers);
    }

    private protected void Access(GroupResource resource, string subresource, Verb verbs) => _access.Add(new(resource, subresource, verbs));

    private protected void Needs<T>()
        where T : class, IApiObject<T>
    {
        Access(T.Resource.GroupResource, "", Verb.Read);
        _wiring.Add(static informers => informers.Of<T>());
    }

    private protected void OnWire(Action<InformerSet> wire) => _wiring.Add(wire);
}

/// <summary>The words of a declaration; <typeparamref name="TSelf"/> lets them be chained.</summary>
public abstract class DeclarationWords<TSelf> : ControllerDeclaration
    where TSelf : DeclarationWords<TSelf>
{
    private TSelf Self => (TSelf)this;

    /// <summary>Its name, and the one it had in former versions.</summary>
    public TSelf Named(string name, string alias = "")
    {
        (Name, Alias) = (name, alias);
        if (ServiceAccount.Length == 0)
            ServiceAccount = name;
        return Self;
    }

    /// <summary>Its service account, where that has another name.</summary>
    public TSelf As(string serviceAccount)
    {
        ServiceAccount = serviceAccount;
        return Self;
    }

    /// <summary>Keeps objects of that kind at hand (<see cref="ObjectCaches"/>), and may read single ones from the server.</summary>
    public TSelf Reads<TOther>()
        where TOther : class, IApiObject<TOther>
    {
        Needs<TOther>();
        return Self;
    }

    /// <summary>Changes objects of that kind.</summary>
    public TSelf Writes<TOther>(Verb verbs)
        where TOther : class, IApiObject<TOther> =>
        Writes<TOther>("", verbs);

    /// <summary>Changes a subresource of that kind: "status".</summary>
    public TSelf Writes<TOther>(string subresource, Verb verbs)
        where TOther : class, IApiObject<TOther>
    {
        Access(TOther.Resource.GroupResource, subresource, verbs);
        return Self;
    }

    /// <summary>Works on whatever there is, custom resources included.</summary>
    public TSelf Touches(Verb verbs)
    {
        Access(new("*", "*"), "", verbs);
        return Self;
    }

    /// <summary>Finds objects of that kind by a computed value.</summary>
    public TSelf Index<TOther>(string name, Func<TOther, IEnumerable<string>> values)
        where TOther : class, IApiObject<TOther>
    {
        OnWire(informers => informers.Of<TOther>().Store.AddIndex(name, values));
        return Self;
    }

    /// <summary>Tells users what it does, as Events.</summary>
    /// <param name="source">Who they say they are from, where upstream says another than the controller's name.</param>
    public TSelf RecordsEvents(string source = "")
    {
        EventSource = source;
        return Writes<Types.Core.Event>(Verb.Create | Verb.Patch | Verb.Update);
    }

    /// <summary>How many keys are worked on at once.</summary>
    public TSelf Workers(int count)
    {
        WorkerCount = count;
        return Self;
    }

    /// <summary>Looks at every object again from time to time.</summary>
    public TSelf Resync(TimeSpan period)
    {
        ResyncPeriod = period;
        return Self;
    }

    /// <summary>Runs only where that feature gate is on.</summary>
    public TSelf RequiresFeature(string feature)
    {
        Feature = feature;
        return Self;
    }

    /// <summary>Runs in every process, leading or not.</summary>
    public TSelf NotLeaderElected()
    {
        NeedsLeadership = false;
        return Self;
    }

    /// <summary>Runs only where --controllers names it.</summary>
    public TSelf OffByDefault()
    {
        IsOnByDefault = false;
        return Self;
    }
}

/// <summary>The declaration of a controller that works in a loop of its own rather than by keys.</summary>
public sealed class LoopDeclaration : DeclarationWords<LoopDeclaration>;

/// <summary>The declaration of a controller that reconciles objects of one kind.</summary>
public sealed class ControllerDeclaration<T> : DeclarationWords<ControllerDeclaration<T>>
    where T : class, IApiObject<T>
{
    private readonly List<Action<InformerSet, Action<ObjectKey, TimeSpan>>> _triggers = [];

    /// <summary>Which objects are reconciled; null for all.</summary>
    internal Func<T, bool>? Selects { get; private set; }

    /// <summary>Reconciles objects of the kind, whenever one changes.</summary>
    /// <param name="selects">Only those; null for all. An object that is selected no longer is as good as one that is not there.</param>
    public ControllerDeclaration<T> For(Func<T, bool>? selects = null)
    {
        Selects = selects;
        Needs<T>();
        _triggers.Add((informers, enqueue) => informers.Of<T>().Subscribe(change =>
        {
            if (selects is null || selects(change.Object) || (change.Before is { } before && selects(before)))
                enqueue(change.Object.Key, TimeSpan.Zero);
        }));
        return this;
    }

    /// <summary>Reconciles the object that controls one of that kind, when that changes.</summary>
    public ControllerDeclaration<T> Owns<TOwned>()
        where TOwned : class, IApiObject<TOwned>
    {
        return Watches<TOwned>(static change => OwnersOf(change));

        static IEnumerable<ObjectKey> OwnersOf(ObjectChange<TOwned> change)
        {
            var before = change.Before is null ? null : OwnerOf(change.Before);
            var after = change.After is null ? null : OwnerOf(change.After);
            if (before is not null)
                yield return before.Value;
            if (after is not null && after != before)
                yield return after.Value;
        }
    }

    /// <summary>Reconciles what the mapping names, when an object of another kind changes.</summary>
    public ControllerDeclaration<T> Watches<TOther>(Func<TOther, IEnumerable<ObjectKey>> map)
        where TOther : class, IApiObject<TOther> =>
        Watches<TOther>(change => map(change.Object));

    /// <summary>Reconciles what the mapping names, when an object of another kind changes; the mapping sees both states.</summary>
    /// <param name="map">Must be quick: the informer waits for it.</param>
    /// <param name="delay">Waits so long, so that several changes become one reconciliation.</param>
    public ControllerDeclaration<T> Watches<TOther>(Func<ObjectChange<TOther>, IEnumerable<ObjectKey>> map, TimeSpan delay = default)
        where TOther : class, IApiObject<TOther>
    {
        Needs<TOther>();
        _triggers.Add((informers, enqueue) => informers.Of<TOther>().Subscribe(change =>
        {
            foreach (var key in map(change))
                enqueue(key, delay);
        }));
        return this;
    }

    internal void Subscribe(InformerSet informers, Action<ObjectKey, TimeSpan> enqueue)
    {
        foreach (var trigger in _triggers)
            trigger(informers, enqueue);
    }

    private static ObjectKey? OwnerOf(IApiObject item) =>
        item.Controller is { } owner && owner.Kind == T.Kind.Kind && GroupVersion.Parse(owner.ApiVersion).Group == T.Kind.Group
            ? new ObjectKey(T.Resource.IsNamespaced ? item.Metadata.Namespace : "", owner.Name)
            : null;
}

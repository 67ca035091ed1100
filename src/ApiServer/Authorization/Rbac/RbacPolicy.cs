using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>The roles and bindings as they are now. Whoever watches them applies each change; decisions take the snapshot once and hold no lock.</summary>
internal sealed class RbacPolicy
{
    private readonly Lock _writing = new();
    private volatile RbacSnapshot _current = RbacSnapshot.Empty;

    /// <summary>The present state.</summary>
    public RbacSnapshot Current => _current;

    /// <summary>Puts a whole new state in place: after a first list, or a list again.</summary>
    public void Replace(IEnumerable<RbacRole> roles, IEnumerable<RbacBinding> bindings)
    {
        var next = RbacSnapshot.Empty;
        foreach (var role in roles)
            next = next.With(role);
        foreach (var binding in bindings)
            next = next.With(binding);
        lock (_writing)
            _current = next;
    }

    /// <summary>A role or binding was made or changed; other kinds are none of its business.</summary>
    public void Apply(IApiObject record)
    {
        if (RbacRecords.RoleOf(record) is { } role)
            Change(snapshot => snapshot.With(role));
        else if (RbacRecords.BindingOf(record) is { } binding)
            Change(snapshot => snapshot.With(binding));
    }

    /// <summary>A role or binding was deleted.</summary>
    public void Forget(IApiObject record)
    {
        if (RbacRecords.RoleOf(record) is { } role)
            Change(snapshot => snapshot.Without(role.Key));
        else if (RbacRecords.BindingOf(record) is { } binding)
            Change(snapshot => snapshot.WithoutBinding(binding.Namespace, binding.Name));
    }

    /// <summary>Applies one change: <c>policy.Change(snapshot => snapshot.With(role))</c>.</summary>
    public void Change(Func<RbacSnapshot, RbacSnapshot> change)
    {
        lock (_writing)
            _current = change(_current);
    }
}

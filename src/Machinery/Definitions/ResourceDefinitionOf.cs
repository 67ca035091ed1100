using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Machinery.Definitions;

/// <summary>A built-in kind: what its file declares and overrides. Everything has a sensible default, so that a plain kind is a few lines.</summary>
public abstract class ResourceDefinition<T> : ResourceDefinition
    where T : class, IApiObject<T>
{
    private readonly Lazy<(Declaration<T> Words, ResourceTraits Traits, ImmutableArray<ServedVersion> Versions)> _declared;
    private readonly ServedVersion _hub;

    /// <summary>Nothing is declared before it is asked for: a constructor must not call what a subclass overrides.</summary>
    protected ResourceDefinition()
    {
        _hub = new HubVersion<T>(() => _declared!.Value.Words.Deprecation);
        _declared = new(() =>
        {
            var words = new Declaration<T>();
            Declare(words);
            return (words, words.Build(), [_hub, .. words.OtherVersions]);
        });
    }

    /// <inheritdoc/>
    public override ResourceInfo Info => T.Resource;

    /// <inheritdoc/>
    public override GroupVersionKind Hub => T.Kind;

    /// <inheritdoc/>
    public override ImmutableArray<ServedVersion> Versions => _declared.Value.Versions;

    /// <inheritdoc/>
    public override ServedVersion Storage => _hub;

    /// <inheritdoc/>
    public override string StoragePrefix => T.Resource.StoragePrefix;

    /// <inheritdoc/>
    public override ResourceTraits Traits => _declared.Value.Traits;

    /// <inheritdoc/>
    public override NameRule NameRule => _declared.Value.Words.NameRule ?? Names.DnsSubdomain;

    /// <inheritdoc/>
    public sealed override IApiObject Default(IApiObject value) => Default((T)value);

    /// <inheritdoc/>
    public sealed override IApiObject PrepareForCreate(IApiObject value, WriteContext context)
    {
        var prepared = (T)value;
        prepared = PrepareForCreate(prepared, context);
        return _declared.Value.Words.HasGeneration ? prepared.WithMetadata(prepared.Metadata with { Generation = _declared.Value.Words.FirstGeneration }) : prepared;
    }

    /// <inheritdoc/>
    public sealed override IApiObject PrepareForUpdate(IApiObject value, IApiObject old, WriteContext context)
    {
        IApiObject prepared = PrepareForUpdate((T)value, (T)old, context);
        var metadata = prepared.Metadata;
        // The generation is the server's alone, whatever the client sent; deletion marks bump it where they are set.
        var generation = old.Metadata.Generation;
        // A pod's binding sets its node and asks for nothing new (upstream writes it past the kind's strategy).
        if (_declared.Value.Words.HasGeneration && context.Subresource is not ("status" or "binding") && Changed(prepared, old))
            generation++;
        return metadata.Generation == generation ? prepared : prepared.WithMetadata(metadata with { Generation = generation });
    }

    /// <inheritdoc/>
    public sealed override void Validate(IApiObject value, FieldErrors errors) => Validate((T)value, errors);

    /// <inheritdoc/>
    public sealed override void ValidateUpdate(IApiObject value, IApiObject old, FieldErrors errors) => ValidateUpdate((T)value, (T)old, errors);

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Warnings(IApiObject value, IApiObject? old) => Warnings((T)value, (T?)old);

    /// <summary>Says what this kind is, in the words of <see cref="Declaration{T}"/>.</summary>
    protected abstract void Declare(Declaration<T> resource);

    /// <summary>Fills what the client left out.</summary>
    protected virtual T Default(T value) => value;

    /// <summary>What else must be set or reset on create; status has been dropped.</summary>
    protected virtual T PrepareForCreate(T value, WriteContext context) => value;

    /// <summary>What else must be kept on update; status has been kept.</summary>
    protected virtual T PrepareForUpdate(T value, T old, WriteContext context) => value;

    /// <summary>All that is wrong with it.</summary>
    protected virtual void Validate(T value, FieldErrors errors)
    {
    }

    /// <summary>All that is wrong with the change; where nothing is said, what is wrong with the new object.</summary>
    protected virtual void ValidateUpdate(T value, T old, FieldErrors errors) => Validate(value, errors);

    /// <summary>What the client should know though nothing is wrong.</summary>
    protected virtual IEnumerable<string> Warnings(T value, T? old) => [];

    private bool Changed(IApiObject value, IApiObject old)
    {
        var isSame = Traits.Status is { } status ? status.SpecEquals(value, old) : value.WithMetadata(old.Metadata).Equals(old);
        return !isSame || _declared.Value.Words.AlsoNewGeneration?.Invoke((T)value, (T)old) is true;
    }
}

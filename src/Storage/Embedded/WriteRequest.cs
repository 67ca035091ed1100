namespace ControlPlane.Storage.Embedded;

/// <summary>One thing that the writer thread does within a batch. It is answered when the batch is durable, or has failed.</summary>
internal abstract class WriteRequest
{
    /// <summary>What it adds to the batch's size.</summary>
    public virtual long Bytes => 0;

    /// <summary>Does it, in the batch's transaction. An exception that <see cref="Refuse"/> is not the word for means that the file has failed.</summary>
    public abstract void Apply(VersionWriter writer);

    /// <summary>Answers, once the batch is durable.</summary>
    public abstract void Acknowledge();

    /// <summary>Answers that the batch has failed.</summary>
    public abstract void Refuse(Exception reason);
}

/// <summary>A request with an answer.</summary>
internal abstract class WriteRequest<T> : WriteRequest
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _refusal;

    public Task<T> Answer => _answer.Task;

    /// <summary>The answer; or the reason why it wrote nothing, which is as little an answer before the batch is durable as any other.</summary>
    protected abstract (T? Result, Exception? Refusal) Execute(VersionWriter writer);

    public sealed override void Apply(VersionWriter writer)
    {
        try
        {
            (_result, _refusal) = Execute(writer);
        }
        catch (DamagedVersionException damaged)
        {
            // It is found before the request's first write: the others of the batch need not fail for it.
            _refusal = DatabaseFailure.RefusedForNow(writer.Path, damaged);
        }
    }

    public sealed override void Acknowledge()
    {
        if (_refusal is null)
            _answer.SetResult(_result!);
        else
            _answer.SetException(_refusal);
    }

    public sealed override void Refuse(Exception reason) => _answer.SetException(reason);
}

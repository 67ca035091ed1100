namespace ControlPlane.Storage.Embedded;

/// <summary>What a transaction must be like before it may wait in the writer's queue.</summary>
internal static class TransactionLimits
{
    /// <summary>Refuses a transaction that is malformed or too large, and gives its size in bytes.</summary>
    /// <exception cref="ArgumentException">A key stands in it twice, or is empty, or is no text.</exception>
    /// <exception cref="TransactionTooLargeException">It is larger than the options allow.</exception>
    public static long Check(StoreTransaction transaction, EmbeddedStoreOptions limits)
    {
        var (conditions, writes) = (transaction.Conditions, transaction.Writes);
        if (conditions.Count > limits.MaxTransactionWrites || writes.Count > limits.MaxTransactionWrites)
            throw new TransactionTooLargeException($"{Math.Max(conditions.Count, writes.Count)} operations; at most {limits.MaxTransactionWrites} are allowed");
        var bytes = 0L;
        foreach (var condition in conditions)
            bytes += KeyBytes.Count(condition.Key);
        foreach (var write in writes)
            bytes += KeyBytes.Count(write.Key) + (write is StoreWrite.Put put ? put.Value.Length : 0);
        if (bytes > limits.MaxTransactionBytes)
            throw new TransactionTooLargeException($"{bytes} bytes; at most {limits.MaxTransactionBytes} are allowed");
        RefuseTwins(writes);
        return bytes;
    }

    private static void RefuseTwins(IReadOnlyList<StoreWrite> writes)
    {
        for (var index = 0; index < writes.Count; index++)
        {
            for (var earlier = 0; earlier < index; earlier++)
            {
                if (writes[earlier].Key == writes[index].Key)
                    throw new ArgumentException($"key {writes[index].Key} is written twice in one transaction");
            }
        }
    }
}

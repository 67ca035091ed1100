namespace ControlPlane.Storage;

/// <summary>What a transaction must be like before an engine looks at it.</summary>
internal static class TransactionCheck
{
    /// <summary>Refuses a transaction that is malformed, and gives its size in bytes.</summary>
    /// <exception cref="ArgumentException">A key is written twice, or is empty, or is no text.</exception>
    public static long SizeInBytes(StoreTransaction transaction)
    {
        var bytes = 0L;
        foreach (var condition in transaction.Conditions)
            bytes += KeyBytes.Count(condition.Key);
        foreach (var write in transaction.Writes)
            bytes += KeyBytes.Count(write.Key) + (write is StoreWrite.Put put ? put.Value.Length : 0);
        RefuseTwins(transaction.Writes);
        return bytes;
    }

    /// <summary>Refuses a transaction that is malformed or larger than allowed, and gives its size in bytes.</summary>
    /// <exception cref="ArgumentException">A key is written twice, or is empty, or is no text.</exception>
    /// <exception cref="TransactionTooLargeException">There is too much of it.</exception>
    public static long SizeInBytes(StoreTransaction transaction, int maxOperations, long maxBytes)
    {
        var operations = Math.Max(transaction.Conditions.Count, transaction.Writes.Count);
        if (operations > maxOperations)
            throw new TransactionTooLargeException($"{operations} operations; at most {maxOperations} are allowed");
        var bytes = SizeInBytes(transaction);
        return bytes <= maxBytes ? bytes : throw new TransactionTooLargeException($"{bytes} bytes; at most {maxBytes} are allowed");
    }

    private static void RefuseTwins(IReadOnlyList<StoreWrite> writes)
    {
        if (writes.Count < 2)
            return;
        var keys = new HashSet<string>(writes.Count, StringComparer.Ordinal);
        foreach (var write in writes)
        {
            if (!keys.Add(write.Key))
                throw new ArgumentException($"key {write.Key} is written twice in one transaction");
        }
    }
}

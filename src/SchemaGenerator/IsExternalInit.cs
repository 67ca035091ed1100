namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for before it lets a netstandard2.0 type have init-only properties.</summary>
internal static class IsExternalInit;

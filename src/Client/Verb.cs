namespace ControlPlane.Client;

/// <summary>What a controller may do with objects of a kind.</summary>
[Flags]
public enum Verb
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read one from the server.</summary>
    Get = 1,

    /// <summary>Read all from the server.</summary>
    List = 2,

    /// <summary>Follow changes.</summary>
    Watch = 4,

    /// <summary>Make.</summary>
    Create = 8,

    /// <summary>Replace.</summary>
    Update = 16,

    /// <summary>Change in part.</summary>
    Patch = 32,

    /// <summary>Remove.</summary>
    Delete = 64,

    /// <summary>Remove many.</summary>
    DeleteCollection = 128,

    /// <summary>What a cache needs.</summary>
    Read = Get | List | Watch,
}

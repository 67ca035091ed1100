using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Machinery.Serialization;

/// <summary>A struct of the API that can write itself in both wire forms.</summary>
public interface IMessage
{
    /// <summary>Its shape.</summary>
    TypeDescriptor TypeDescriptor { get; }

    /// <summary>Writes it as a JSON object, without kind and apiVersion.</summary>
    void WriteJson(JsonOutput json);

    /// <summary>Writes its protobuf fields, without length or envelope.</summary>
    void WriteProtobuf(ProtobufWriter writer);
}

/// <summary>A struct of the API that can be read from both wire forms.</summary>
public interface IMessage<TSelf> : IMessage
    where TSelf : class, IMessage<TSelf>
{
    /// <summary>The shape of its values.</summary>
    static abstract TypeDescriptor Descriptor { get; }

    /// <summary>Reads the value that the decoder stands on; null reads as the empty value.</summary>
    /// <exception cref="DecodeException">It is not such a value.</exception>
    static abstract TSelf ReadJson(ref JsonDecoder json);

    /// <summary>Reads fields until the reader's current end.</summary>
    /// <exception cref="DecodeException">The bytes are not such a message.</exception>
    static abstract TSelf ReadProtobuf(ref ProtobufReader reader);
}

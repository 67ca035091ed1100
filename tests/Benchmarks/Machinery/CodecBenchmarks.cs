using BenchmarkDotNet.Attributes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types.Core;

namespace ControlPlane.Benchmarks.Machinery;

/// <summary>One pod of 3.6 kB of JSON, as the API server makes it of apibench's: the codec row of design section 6.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private static readonly byte[] Text = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Machinery", "pod.json"));
    private readonly Pod _pod = Json.Decode<Pod>(Text);
    private byte[] _message = [];

    /// <summary>The stored form.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _message = Encode(_pod);
        Console.WriteLine($"JSON {Text.Length} bytes, protobuf {_message.Length} bytes");
    }

    /// <summary>JSON to record.</summary>
    [Benchmark]
    public IRuntimeObject DecodeJson() => Json.Decode<Pod>(Text);

    /// <summary>Record to JSON.</summary>
    [Benchmark]
    public byte[] EncodeJson() => Json.Encode(_pod);

    /// <summary>Record to protobuf with its envelope.</summary>
    [Benchmark]
    public byte[] EncodeProtobuf() => Encode(_pod);

    private static byte[] Encode(Pod pod) => Envelope.Write(pod);
}

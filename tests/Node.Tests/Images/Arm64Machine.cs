using System.Buffers.Binary;

namespace ControlPlane.Node.Tests.Images;

/// <summary>
/// As much of an arm64 processor as the sandbox program uses, so that its arm64 form is executed on every machine that runs the tests. Encodings are those
/// of the
/// Arm architecture manual (A64 base instructions).
/// </summary>
internal sealed class Arm64Machine(byte[] executable)
{
    private const int StepsMax = 1000;
    private const ulong LoadAddress = 0x400000;

    private readonly ulong[] _x = new ulong[32];
    private ulong _pc = BinaryPrimitives.ReadUInt64LittleEndian(executable.AsSpan(24));
    private long _compared;

    /// <summary>Executes until a system call answers null; each is answered by number and arguments x0 to x3.</summary>
    public void Run(Func<ulong, ulong[], long?> systemCall)
    {
        for (var step = 0; step < StepsMax; step++)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(executable.AsSpan((int)(_pc - LoadAddress)));
            if (word != 0xD4000001) // svc #0
            {
                Execute(word);
                continue;
            }
            if (systemCall(_x[8], _x[..4]) is not { } answer)
                return;
            _x[0] = (ulong)answer;
            _pc += 4;
        }
        throw new InvalidOperationException("the program doesn't come to an end");
    }

    /// <summary>Memory at an address.</summary>
    public ulong Read(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(executable.AsSpan((int)(address - LoadAddress)));

    private void Execute(uint word)
    {
        var next = _pc + 4;
        if ((word & 0xFFE00000) == 0xD2800000) // movz x, #imm16
            _x[word & 31] = (word >> 5) & 0xFFFF;
        else if ((word & 0xFFE00000) == 0x92800000) // movn x, #imm16
            _x[word & 31] = ~(ulong)((word >> 5) & 0xFFFF);
        else if ((word & 0x9F000000) == 0x10000000) // adr x, imm21
            _x[word & 31] = _pc + (ulong)((Signed(word >> 5, 19) << 2) | ((word >> 29) & 3));
        else if ((word & 0xFFC0001F) == 0x7100001F) // cmp w, #imm12
            _compared = (int)_x[(word >> 5) & 31] - ((word >> 10) & 0xFFF);
        else if ((word & 0xFF000010) == 0x54000000) // b.cond imm19
            next = Holds(word & 15) ? Jump(Signed(word >> 5, 19)) : next;
        else if ((word & 0xFF000000) == 0x37000000) // tbnz w, #bit, imm14
            next = (_x[word & 31] >> (int)((word >> 19) & 31) & 1) != 0 ? Jump(Signed(word >> 5, 14)) : next;
        else if ((word & 0xFC000000) == 0x14000000) // b imm26
            next = Jump(Signed(word, 26));
        else
            throw new InvalidOperationException($"{word:X8} at {_pc:X} is no instruction of the program");
        _pc = next;
    }

    private bool Holds(uint condition) => condition switch
    {
        0 => _compared == 0, // eq
        12 => _compared > 0, // gt
        _ => throw new InvalidOperationException($"the program doesn't use condition {condition}"),
    };

    private ulong Jump(long words) => _pc + (ulong)(words * 4);

    private static long Signed(uint field, int bits) => (long)((ulong)field << (64 - bits)) >> (64 - bits);
}

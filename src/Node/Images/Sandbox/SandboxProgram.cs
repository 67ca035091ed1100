using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ControlPlane.Node.Images.Sandbox;

/// <summary>
/// The program that holds a sandbox's namespaces: a static ELF executable of some two hundred bytes that waits for signals. SIGTERM and SIGINT end it with code
/// 0, SIGCHLD makes it reap: with a shared process namespace it is the parent of all orphans.
/// </summary>
/// <remarks>
/// <para>In C:</para>
/// <code>
/// sigprocmask(SIG_BLOCK, {SIGINT, SIGTERM, SIGCHLD}, NULL);
/// for (;;) {
///     int signal = sigtimedwait(set, NULL, NULL);
///     if (signal == SIGCHLD) while (wait4(-1, NULL, WNOHANG, NULL) > 0);
///     else if (signal >= 0) exit_group(0);
/// }
/// </code>
/// <para>The signals are blocked, not handled, so that nothing can be lost between a check and a pause, and because the first process of a namespace never sees
/// signals that have their default action, unless it blocks them.</para>
/// </remarks>
internal static class SandboxProgram
{
    // The set of signals that are waited for, bit (number - 1): SIGINT 2, SIGTERM 15, SIGCHLD 17.
    private const ulong SignalSet = (1UL << (2 - 1)) | (1UL << (15 - 1)) | (1UL << (17 - 1));

    private const ulong LoadAddress = 0x400000;
    private const ushort HeaderBytes = 64;
    private const ushort SegmentBytes = 56;
    private const ushort MachineX64 = 62;
    private const ushort MachineArm64 = 183;

    /// <summary>The executable.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no program for this architecture.</exception>
    public static byte[] Build(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Link(MachineX64, X64Code),
        Architecture.Arm64 => Link(MachineArm64, Arm64Code),
        _ => throw new PlatformNotSupportedException($"there is no sandbox program for {architecture}; it can be made for x86-64 and arm64"),
    };

    /// <summary>x86-64. A system call has its number in rax and its arguments in rdi, rsi, rdx, r10; it changes rax, rcx and r11 alone.</summary>
    private static ReadOnlySpan<byte> X64Code =>
    [
        /* 00 */ 0x31, 0xFF,                                     //        xor  edi, edi            SIG_BLOCK
        /* 02 */ 0x48, 0x8D, 0x35, 0x57, 0x00, 0x00, 0x00,       //        lea  rsi, [rip + set]    0x60 - 0x09
        /* 09 */ 0x31, 0xD2,                                     //        xor  edx, edx            no old set
        /* 0B */ 0x6A, 0x08,                                     //        push 8
        /* 0D */ 0x41, 0x5A,                                     //        pop  r10                 bytes of the set
        /* 0F */ 0x6A, 0x0E,                                     //        push 14
        /* 11 */ 0x58,                                           //        pop  rax                 rt_sigprocmask
        /* 12 */ 0x0F, 0x05,                                     //        syscall
        /* 14 */ 0x48, 0x8D, 0x3D, 0x45, 0x00, 0x00, 0x00,       // wait:  lea  rdi, [rip + set]    0x60 - 0x1B
        /* 1B */ 0x31, 0xF6,                                     //        xor  esi, esi            no details
        /* 1D */ 0x31, 0xD2,                                     //        xor  edx, edx            no time limit
        /* 1F */ 0x6A, 0x08,                                     //        push 8
        /* 21 */ 0x41, 0x5A,                                     //        pop  r10                 bytes of the set
        /* 23 */ 0xB8, 0x80, 0x00, 0x00, 0x00,                   //        mov  eax, 128            rt_sigtimedwait
        /* 28 */ 0x0F, 0x05,                                     //        syscall
        /* 2A */ 0x83, 0xF8, 0x11,                               //        cmp  eax, 17             SIGCHLD
        /* 2D */ 0x74, 0x0D,                                     //        je   reap                0x3C - 0x2F
        /* 2F */ 0x85, 0xC0,                                     //        test eax, eax
        /* 31 */ 0x78, 0xE1,                                     //        js   wait                interrupted; 0x14 - 0x33
        /* 33 */ 0x31, 0xFF,                                     //        xor  edi, edi            code 0
        /* 35 */ 0xB8, 0xE7, 0x00, 0x00, 0x00,                   //        mov  eax, 231            exit_group
        /* 3A */ 0x0F, 0x05,                                     //        syscall
        /* 3C */ 0x6A, 0xFF,                                     // reap:  push -1
        /* 3E */ 0x5F,                                           //        pop  rdi                 any child
        /* 3F */ 0x31, 0xF6,                                     //        xor  esi, esi            no status
        /* 41 */ 0x6A, 0x01,                                     //        push 1
        /* 43 */ 0x5A,                                           //        pop  rdx                 WNOHANG
        /* 44 */ 0x45, 0x31, 0xD2,                               //        xor  r10d, r10d          no usage
        /* 47 */ 0x6A, 0x3D,                                     //        push 61
        /* 49 */ 0x58,                                           //        pop  rax                 wait4
        /* 4A */ 0x0F, 0x05,                                     //        syscall
        /* 4C */ 0x85, 0xC0,                                     //        test eax, eax
        /* 4E */ 0x7F, 0xEC,                                     //        jg   reap                more may have ended; 0x3C - 0x50
        /* 50 */ 0xEB, 0xC2,                                     //        jmp  wait                0x14 - 0x52
        /* 52 */ 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,       //        nop                      aligns the set
        /* 59 */ 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,       //        nop
        /* 60 */                                                 // set:   follows the code
    ];

    /// <summary>arm64, as little-endian words. A system call has its number in x8 and its arguments in x0 to x3; it changes x0 alone.</summary>
    private static ReadOnlySpan<byte> Arm64Code =>
    [
        /* 00 */ 0x00, 0x00, 0x80, 0xD2,                         //        mov  x0, #0              SIG_BLOCK
        /* 04 */ 0x61, 0x03, 0x00, 0x10,                         //        adr  x1, set             0x70 - 0x04
        /* 08 */ 0x02, 0x00, 0x80, 0xD2,                         //        mov  x2, #0              no old set
        /* 0C */ 0x03, 0x01, 0x80, 0xD2,                         //        mov  x3, #8              bytes of the set
        /* 10 */ 0xE8, 0x10, 0x80, 0xD2,                         //        mov  x8, #135            rt_sigprocmask
        /* 14 */ 0x01, 0x00, 0x00, 0xD4,                         //        svc  #0
        /* 18 */ 0xC0, 0x02, 0x00, 0x10,                         // wait:  adr  x0, set             0x70 - 0x18
        /* 1C */ 0x01, 0x00, 0x80, 0xD2,                         //        mov  x1, #0              no details
        /* 20 */ 0x02, 0x00, 0x80, 0xD2,                         //        mov  x2, #0              no time limit
        /* 24 */ 0x03, 0x01, 0x80, 0xD2,                         //        mov  x3, #8              bytes of the set
        /* 28 */ 0x28, 0x11, 0x80, 0xD2,                         //        mov  x8, #137            rt_sigtimedwait
        /* 2C */ 0x01, 0x00, 0x00, 0xD4,                         //        svc  #0
        /* 30 */ 0x1F, 0x44, 0x00, 0x71,                         //        cmp  w0, #17             SIGCHLD
        /* 34 */ 0xA0, 0x00, 0x00, 0x54,                         //        b.eq reap                0x48 - 0x34
        /* 38 */ 0x00, 0xFF, 0xFF, 0x37,                         //        tbnz w0, #31, wait       interrupted; 0x18 - 0x38
        /* 3C */ 0x00, 0x00, 0x80, 0xD2,                         //        mov  x0, #0              code 0
        /* 40 */ 0xC8, 0x0B, 0x80, 0xD2,                         //        mov  x8, #94             exit_group
        /* 44 */ 0x01, 0x00, 0x00, 0xD4,                         //        svc  #0
        /* 48 */ 0x00, 0x00, 0x80, 0x92,                         // reap:  mov  x0, #-1             any child
        /* 4C */ 0x01, 0x00, 0x80, 0xD2,                         //        mov  x1, #0              no status
        /* 50 */ 0x22, 0x00, 0x80, 0xD2,                         //        mov  x2, #1              WNOHANG
        /* 54 */ 0x03, 0x00, 0x80, 0xD2,                         //        mov  x3, #0              no usage
        /* 58 */ 0x88, 0x20, 0x80, 0xD2,                         //        mov  x8, #260            wait4
        /* 5C */ 0x01, 0x00, 0x00, 0xD4,                         //        svc  #0
        /* 60 */ 0x1F, 0x00, 0x00, 0x71,                         //        cmp  w0, #0
        /* 64 */ 0x2C, 0xFF, 0xFF, 0x54,                         //        b.gt reap                more may have ended; 0x48 - 0x64
        /* 68 */ 0xEC, 0xFF, 0xFF, 0x17,                         //        b    wait                0x18 - 0x68
        /* 6C */ 0x1F, 0x20, 0x03, 0xD5,                         //        nop                      aligns the set
        /* 70 */                                                 // set:   follows the code
    ];

    /// <summary>An ELF header, one segment that is the whole file, the code, the set.</summary>
    private static byte[] Link(ushort machine, ReadOnlySpan<byte> code)
    {
        const int codeOffset = HeaderBytes + SegmentBytes;
        var file = new byte[codeOffset + code.Length + sizeof(ulong)];
        WriteHeader(file, machine, LoadAddress + codeOffset);
        WriteSegment(file.AsSpan(HeaderBytes), (ulong)file.Length);
        code.CopyTo(file.AsSpan(codeOffset));
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(codeOffset + code.Length), SignalSet);
        return file;
    }

    /// <summary>Elf64_Ehdr; what stays zero has no meaning here (flags, sections).</summary>
    private static void WriteHeader(Span<byte> header, ushort machine, ulong entry)
    {
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2 /* 64 bit */, 1 /* little endian */, 1 /* version */];
        identification.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2);             // e_type: executable
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);             // e_version
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], entry);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], HeaderBytes);   // e_phoff: segments follow
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderBytes);   // e_ehsize
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], SegmentBytes);  // e_phentsize
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);             // e_phnum
    }

    /// <summary>Elf64_Phdr: the file from its first byte, readable and executable.</summary>
    private static void WriteSegment(Span<byte> segment, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);                  // p_type: load
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 4 | 1);         // p_flags: read, execute
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], LoadAddress);  // p_vaddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], LoadAddress);  // p_paddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], size);         // p_filesz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], size);         // p_memsz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x10000);      // p_align: the largest pages that arm64 has
    }
}

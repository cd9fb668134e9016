using System.Globalization;
using System.Runtime.InteropServices;
using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Processes;

/// <summary>Keeps this process on the generator's core: becomes itself anew under <c>taskset</c>, before it has done anything.</summary>
internal static unsafe class Pinning
{
    /// <summary>Returns only where this process is on its core already.</summary>
    /// <exception cref="LoadTestException">There is no <c>taskset</c>.</exception>
    public static void Ensure(string[] args)
    {
        if (IsPinned()) return;
        var program = Environment.ProcessPath ?? throw new LoadTestException(ExitCodes.CannotStart, "This process does not know its own path.");
        // Started as `dotnet RideTracker.LoadTest.dll` or by its own host.
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(Pinning).Assembly.Location] : [program];
        string[] command = ["taskset", "-c", Cores.Generator.ToString(CultureInfo.InvariantCulture), .. self, .. args];
        var words = stackalloc byte*[command.Length + 1];
        for (var i = 0; i < command.Length; i++) words[i] = (byte*)Marshal.StringToCoTaskMemUTF8(command[i]);
        words[command.Length] = null;
        Libc.execvp(words[0], words);
        throw new LoadTestException(ExitCodes.CannotStart, $"taskset can't be run (Debian: apt-get install util-linux): {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private static bool IsPinned()
    {
        const int Bytes = 128;
        var mask = stackalloc byte[Bytes];
        new Span<byte>(mask, Bytes).Clear();
        if (Libc.sched_getaffinity(0, Bytes, mask) < 0) return false;
        for (var core = 0; core < 8 * Bytes; core++)
            if ((mask[core / 8] >> (core % 8) & 1) != (core == Cores.Generator ? 1 : 0)) return false;
        return true;
    }
}

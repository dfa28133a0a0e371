using System.Diagnostics;
using System.Runtime.InteropServices;
using FakeEngine;

if (args is ["--help"])
{
    Console.Out.WriteLine(Flags.Help);
    return 0;
}

Flags flags;
try
{
    flags = Flags.Parse(args);
}
catch (Exception wrong) when (wrong is ArgumentException or FormatException)
{
    Console.Error.WriteLine($"fake-engine: {wrong.Message}");
    return 2;
}

foreach (var line in flags.Print)
{
    Console.Error.WriteLine(line);
}

if (flags.NoiseMegabytes > 0)
{
    var line = new string('n', 1023);
    for (var i = 0; i < flags.NoiseMegabytes * 1024; i++)
    {
        Console.Out.WriteLine(line);
    }
}

if (flags.ExitAtStart is { } code)
{
    return code;
}

// Held in a local to the end of Main, or the registration is finalised and SIGTERM works again.
using var term = flags.IgnoreTerm || flags.StopDelay > 0 ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerm) : null;
var held = Hold(flags.HoldMegabytes);
if (flags.Escape)
{
    // The shell leaves at once, so the grandchild has neither our group, nor our session, nor us as an ancestor.
    Start("/bin/sh", ["-c", "setsid \"$0\" --idle --ignore-term --cookie \"$1\" &", Environment.ProcessPath!, flags.Cookie]);
}

if (flags.ForkWorker)
{
    Start(Environment.ProcessPath!, [.. args.Where(arg => arg is not ("--fork-worker" or "--escape")), "--ignore-term"]);
}

Pause(flags.StartDelay);
if (flags.Idle || flags.ForkWorker)
{
    Pause(Timeout.Infinite);
}

new Engine(flags, string.Join(' ', args)).Serve();
GC.KeepAlive(held);
return 0;

void OnTerm(PosixSignalContext context)
{
    context.Cancel = true;
    if (!flags.IgnoreTerm)
    {
        Pause(flags.StopDelay);
        Environment.Exit(0);
    }
}

static void Pause(int milliseconds)
{
    using var never = new ManualResetEventSlim();
    never.Wait(milliseconds);
}

static byte[][] Hold(int megabytes)
{
    var held = new byte[megabytes][];
    for (var i = 0; i < megabytes; i++)
    {
        held[i] = new byte[1024 * 1024];
        held[i].AsSpan().Fill(1);
    }

    return held;
}

static void Start(string program, string[] arguments)
{
    using var child = new Process { StartInfo = new ProcessStartInfo(program, arguments) };
    child.Start();
}

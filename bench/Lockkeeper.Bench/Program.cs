using Lockkeeper.Bench;
using Lockkeeper.Bench.Parts;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

// The two other programs of a run are this one in another role, so that a bench is one thing to build and to read.
if (args is ["upstream", ..])
{
    return InstantUpstream.Run(args[1..]);
}

if (args is ["baseline", ..])
{
    return await BareForwarder.RunAsync(args[1..]);
}

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Help);
    return 2;
}

if (options.OneCore && !OneCore.IsPinned)
{
    return OneCore.RunPinned(args);
}

using var bed = TestBed.Create();
var report = new Report(options);
foreach (var part in options.Parts)
{
    Console.Error.WriteLine($"bench: {part} …");
    switch (part)
    {
        case "latency": await LatencyPart.RunAsync(bed, options, report); break;
        case "stream": await StreamPart.RunAsync(bed, options, report); break;
        case "swap": await SwapPart.RunAsync(bed, options, report); break;
        case "discover": DiscoverPart.Run(bed, options, report); break;
        case "memory": await MemoryPart.RunAsync(bed, options, report); break;
    }
}

Console.Out.Write(report.Markdown());
if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, report.Json());
}

return 0;

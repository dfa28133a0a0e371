using System.Net;
using System.Net.Sockets;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Diagnosis;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Diagnosis;

public sealed class DoctorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-doctor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var listen = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        Doctor.Port(listen).ShouldSatisfyAllConditions(check => check.Verdict.ShouldBe(Verdict.Warn), check => check.Saw.ShouldStartWith($"{listen} cannot be listened on: "));
        taken.Stop();
        Doctor.Port(listen).ShouldBe(new Check("port", Verdict.Ok, $"{listen} is free"));
    }

    [Theory]
    [InlineData("pdfinfo pdftoppm", "Ok", "become images, by /bin/pdftoppm")]
    [InlineData("pdfinfo", "Warn", "are refused in requests: pdftoppm, of poppler, is not on PATH")]
    [InlineData("", "Warn", "are refused in requests: pdfinfo and pdftoppm, of poppler, are not on PATH")]
    public void What_pages_of_PDFs_are_drawn_with_is_looked_for(string installed, string verdict, string saw)
    {
        var check = Doctor.Pdfs(program => installed.Split(' ').Contains(program) ? $"/bin/{program}" : null);
        (check.Verdict.ToString(), check.Saw).ShouldBe((verdict, saw));
        (check.Fix is { } fix && fix.Contains("poppler-utils")).ShouldBe(verdict == "Warn");
    }

    [Fact]
    public void A_folder_is_tried_where_it_would_be()
    {
        Doctor.Writable("state folder", Path.Combine(_folder.FullName, "a", "b")).Verdict.ShouldBe(Verdict.Ok);
        Directory.GetFileSystemEntries(_folder.FullName).ShouldBeEmpty();
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Doctor.Writable("state folder", "/proc/lockkeeper").Verdict.ShouldBe(OperatingSystem.IsLinux() ? Verdict.Fail : Verdict.Ok);
    }

    [Theory]
    [InlineData("Max open files            256                  4096                 files", "Warn", "at most 256, and each waiting client takes one or two")]
    [InlineData("Max open files            1048576              1048576              files", "Ok", "at most 1048576")]
    [InlineData("Max open files            unlimited            unlimited            files", "Ok", "at most unlimited")]
    [InlineData("Max cpu time              unlimited            unlimited            seconds", "Ok", "the limit is not told by this system")]
    public void Too_few_open_files_are_told(string limits, string verdict, string saw)
    {
        var file = Path.Combine(_folder.FullName, "limits");
        File.WriteAllText(file, limits + "\n");
        Doctor.OpenFiles(file).ShouldSatisfyAllConditions(check => check.Verdict.ToString().ShouldBe(verdict), check => check.Saw.ShouldBe(saw));
    }

    [Fact]
    public void Memory_that_nobody_tells_is_a_warning() => Doctor.MemoryOf("memory", new UnknownMemoryReader()).Verdict.ShouldBe(Verdict.Warn);

    [Theory]
    [InlineData(1970, "Warn")]
    [InlineData(2026, "Ok")]
    public void A_clock_that_was_never_set_is_told(int year, string verdict) => Doctor.Clock(new DateTimeOffset(year, 1, 2, 3, 4, 5, TimeSpan.Zero)).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void A_broken_configuration_fails() =>
        Doctor.Configuration("f", new ConfigResult.Refused([new("f", 3, "server.listen", "is wrong")])).ShouldBe(
            new Check("configuration", Verdict.Fail, "f has 1 problem: f:3: server.listen: is wrong", "mend the file; every key is in docs/configuration.md"));

    [Fact]
    public void An_engine_that_does_not_load_fails() => Doctor.BuiltIn("llama.cpp is missing").Verdict.ShouldBe(Verdict.Fail);
}

using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class SpooledBodyTests : IDisposable
{
    private const string Type = "multipart/form-data; boundary=cut";
    private const long Limit = 100_000_000;

    private static readonly int[] Sizes = [0, 1, 60_000, SpooledBody.InMemory - 200, SpooledBody.InMemory, SpooledBody.InMemory + 1, 5_000_003];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-spool-");

    public static TheoryData<int> FileSizes => [.. Sizes];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(FileSizes))]
    public async Task A_form_of_any_size_is_sent_byte_for_byte_and_again(int size)
    {
        var sent = Form("m", File(size), priority: null);
        using var body = await ReadAsync(sent);

        body.Facts.Model.ShouldBe("m");
        body.Length.ShouldBe(sent.Length);
        await IsSentAsync(body, BodyEdits.For(body.Facts, "m"), sent);
    }

    [Theory]
    [MemberData(nameof(FileSizes))]
    public async Task The_edits_are_made_before_and_behind_the_file(int size)
    {
        using var body = await ReadAsync(Form("alias", File(size), "high"));
        await IsSentAsync(body, BodyEdits.For(body.Facts, "the-real-one"), Form("the-real-one", File(size), priority: null));
    }

    [Fact]
    public async Task An_edit_across_the_end_of_memory_is_made()
    {
        // The field that goes begins in memory and ends in the file.
        for (var into = 1; into < 90; into += 11)
        {
            var file = File(SpooledBody.InMemory - Form("", [], priority: null).Length - into);
            using var body = await ReadAsync(Form("m", file, "high", behind: File(1000)));
            await IsSentAsync(body, BodyEdits.For(body.Facts, "m"), Form("m", file, priority: null, behind: File(1000)));
        }
    }

    [Fact]
    public async Task What_is_in_the_file_is_in_no_folder_and_gone_with_the_body()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are listed in /proc.");
        var body = await ReadAsync(Form("m", File(3_000_000), priority: null));
        Directory.GetFileSystemEntries(_folder.FullName).ShouldBeEmpty();
        OpenFiles().ShouldHaveSingleItem().ShouldEndWith("(deleted)");

        body.Dispose();
        OpenFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_that_is_wrong_leaves_no_file_open()
    {
        (await ReadCheckedAsync(Form("m", File(3_000_000), priority: null)[..^10])).Error.ShouldBeOfType<RouterError.FormInvalid>();
        (await ReadCheckedAsync(Form("m", File(3_000_000), "urgent"))).Error.ShouldBeOfType<RouterError.FieldInvalid>();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are listed in /proc.");
        OpenFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_announced_too_large_is_refused_unread()
    {
        var request = Request(new byte[10]);
        request.ContentLength = 1001;
        (await SpooledBody.ReadAsync(request, limit: 1000, CancellationToken.None)).Error.ShouldBeOfType<RouterError.BodyTooLarge>();
        request.Body.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_form_that_grows_too_large_is_refused_and_one_of_just_the_limit_is_taken()
    {
        var form = Form("m", File(2_000_000), priority: null);
        (await SpooledBody.ReadAsync(Request(form), form.Length - 1, CancellationToken.None)).Error.ShouldBeOfType<RouterError.BodyTooLarge>().Status.ShouldBe(413);
        (await SpooledBody.ReadAsync(Request(form), form.Length, CancellationToken.None)).Holds(out var body, out _).ShouldBeTrue();
        body!.Dispose();
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_refused_unread()
    {
        var request = Request(new byte[10]);
        request.ContentType = "application/json";
        (await SpooledBody.ReadAsync(request, Limit, CancellationToken.None)).Error.ShouldBeOfType<RouterError.FormInvalid>();
        request.Body.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Where_there_is_no_room_for_the_file_it_is_said()
    {
        var none = Path.Combine(_folder.FullName, "none");
        var refused = (await SpooledBody.ReadAsync(Request(Form("m", File(2_000_000), priority: null)), Limit, CancellationToken.None, none)).Error.ShouldBeOfType<RouterError.TemporaryFileFailed>();
        (refused.Status, refused.Code).ShouldBe((503, "temporary_file_failed"));

        (await SpooledBody.ReadAsync(Request(Form("m", File(1000), priority: null)), Limit, CancellationToken.None, none)).Holds(out var small, out _).ShouldBeTrue();
        small!.Dispose();
    }

    private static async Task IsSentAsync(SpooledBody body, BodyEdits edits, byte[] expected)
    {
        // Twice: a try that no engine has seen is made again.
        for (var tries = 0; tries < 2; tries++)
        {
            using var content = body.With(edits).ToContent();
            content.Headers.ContentLength.ShouldBe(expected.Length);
            (await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).AsSpan().SequenceEqual(expected).ShouldBeTrue();
        }
    }

    private async Task<SpooledBody> ReadAsync(byte[] form)
    {
        (await ReadCheckedAsync(form)).Holds(out var body, out var refused).ShouldBeTrue(refused?.Message);
        return body!;
    }

    private ValueTask<Checked<SpooledBody>> ReadCheckedAsync(byte[] form) => SpooledBody.ReadAsync(Request(form), Limit, CancellationToken.None, _folder.FullName);

    private string[] OpenFiles() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "").Where(target => target.StartsWith(_folder.FullName, StringComparison.Ordinal))];

    private static HttpRequest Request(byte[] form) => new DefaultHttpContext { Request = { Body = new MemoryStream(form), ContentType = Type } }.Request;

    private static byte[] File(int size)
    {
        var file = new byte[size];
        new Random(size).NextBytes(file);
        return file;
    }

    private static byte[] Form(string model, byte[] file, string? priority, byte[]? behind = null) =>
    [
        .. Part("file", file), .. priority is null ? [] : Part("priority", Encoding.ASCII.GetBytes(priority)), .. behind is null ? [] : Part("other", behind),
        .. Part("model", Encoding.ASCII.GetBytes(model)), .. "--cut--\r\n"u8,
    ];

    private static byte[] Part(string name, byte[] content) => [.. Encoding.ASCII.GetBytes($"--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"), .. content, .. "\r\n"u8];
}

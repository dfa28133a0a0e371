using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class MultipartScanTests
{
    private const string Type = "multipart/form-data; boundary=cut";

    private const string Form = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;name=b.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--cu\r\r\n-\r\n"
        + "--cut\r\ncontent-disposition:form-data;name=model\r\n\r\nwhisper\r\n--cut\r\nContent-Disposition: form-data; name=\"stream\"\r\n\r\ntrue\r\n"
        + "--cut\r\nContent-Disposition: form-data; name=\"priority\"\r\n\r\nhigh\r\n--cut\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\nvtt\r\n--cut--\r\n";

    [Fact]
    public void The_fields_are_found_wherever_the_pieces_end()
    {
        for (var size = 1; size <= Form.Length; size++)
        {
            Scan(Form, size).Holds(out var peek, out var refused).ShouldBeTrue(refused?.Message);
            peek.Model.ShouldBe("whisper");
            Form.Substring((int)peek.ModelValue.Start, (int)peek.ModelValue.Length).ShouldBe("whisper");
            peek.StreamAsked.ShouldBe(true);
            peek.Priority.ShouldBe(Priority.High);
            peek.ResponseFormat.ShouldBe("vtt");
            Edit(Form, peek, "real").ShouldBe(Form.Replace("whisper", "real").Replace("\r\n--cut\r\nContent-Disposition: form-data; name=\"priority\"\r\n\r\nhigh", ""));
        }
    }

    [Fact]
    public void Whatever_is_in_a_form_and_however_it_is_cut_the_edits_give_the_form_that_should_have_been_sent() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1_000),
        Prop.ForAll(Forms().ToArbitrary(), form =>
        {
            var text = form.Text();
            Scan(text, form.Cut).Holds(out var peek, out var refused).ShouldBeTrue(refused?.Message);
            Scan(text, text.Length).Holds(out var whole, out _).ShouldBeTrue();

            peek.ShouldBe(whole);
            peek.Model.ShouldBe(form.Model);
            Edit(text, peek, form.Model).ShouldBe((form with { Parts = [.. form.Parts.Where(part => part.Name != "priority")] }).Text());
            Edit(text, peek, "other/é").ShouldBe((form with { Parts = [.. form.Parts.Where(part => part.Name != "priority").Select(part => part.Name == "model" ? ("model", "other/é") : part)] }).Text());
        }));

    [Theory]
    [InlineData("stream", "1", true)]
    [InlineData("stream", "False", false)]
    [InlineData("stream", "", false)]
    public void A_switch_is_read_as_frameworks_read_it(string name, string value, bool expected)
    {
        Scan(Of(("model", "m"), (name, value))).Holds(out var peek, out _).ShouldBeTrue();
        peek.StreamAsked.ShouldBe(expected);
    }

    [Theory]
    [InlineData("preamble\r\n--cut-not\r\n")]
    [InlineData("preamble --cut\r\n")]
    [InlineData("\r\n")]
    [InlineData("\r\r\n")]
    public void What_stands_before_the_first_boundary_is_passed_over(string preamble) => Scan(preamble.Replace("cut-not", "cu-not") + Of(("model", "m"))).Error.ShouldBeNull();

    [Fact]
    public void A_form_that_says_nothing_else_has_nothing_else()
    {
        Scan(Of(("model", "m"))).Holds(out var peek, out _).ShouldBeTrue();
        (peek.StreamAsked, peek.Priority, peek.ResponseFormat, peek.PriorityPart.Length).ShouldBe((null, null, null, 0));
        Edit(Of(("model", "m")), peek, "m").ShouldBe(Of(("model", "m")));
        BodyEdits.For(peek, "m").AreNone.ShouldBeTrue();
    }

    [Theory]
    [InlineData("model", "")]
    [InlineData("stream", "perhaps")]
    [InlineData("priority", "urgent")]
    [InlineData("priority", "7")]
    public void A_value_that_means_nothing_is_refused_by_its_name(string name, string value) =>
        Scan(name == "model" ? Of((name, value)) : Of(("model", "m"), (name, value))).Error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(name);

    [Fact]
    public void A_form_without_a_model_is_refused() => Scan(Of(("file", "x"), ("Model", "m"))).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("is required");

    [Theory]
    [InlineData("model")]
    [InlineData("stream")]
    [InlineData("priority")]
    [InlineData("response_format")]
    public void A_field_that_stands_twice_is_refused(string name) =>
        Scan(Of(("model", "0"), (name, "0"), (name, "0"))).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("twice");

    [Fact]
    public void A_form_that_is_cut_off_anywhere_is_refused()
    {
        var form = Of(("model", "m"), ("file", "x")).TrimEnd();
        for (var length = 0; length < form.Length; length++)
        {
            Scan(form[..length]).Error.ShouldBeOfType<RouterError.FormInvalid>($"of {length} bytes");
        }

        Scan(form).Error.ShouldBeNull();
    }

    [Theory]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"model\"; name=\"x\"\r\n\r\nm\r\n--cut--", "named twice")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name*=utf-8''model\r\n\r\nm\r\n--cut--", "name*")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n--cut--", "two headers")]
    [InlineData("--cut\r\nContent-Disposition: form-data;\r\n name=model\r\n\r\nm\r\n--cut--", "second line")]
    [InlineData("--cut\r\nmodel\r\n\r\nm\r\n--cut--", "no colon")]
    [InlineData("--cutter\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n--cutter--", "behind a boundary")]
    [InlineData("--cut\r\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n--cut--", "behind a boundary")]
    [InlineData("--other\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n--other--", "nowhere")]
    public void What_engines_could_read_in_two_ways_is_refused(string form, string told) => Scan(form).Error.ShouldBeOfType<RouterError.FormInvalid>().Message.ShouldContain(told);

    [Fact]
    public void Nothing_grows_without_bounds()
    {
        Scan($"--cut\r\nX: {new string('x', 9000)}").Error.ShouldBeOfType<RouterError.FormInvalid>().Message.ShouldContain("longer than 8192");
        Scan($"--cut\r\nContent-Disposition: form-data; name=model\r\n\r\n{new string('x', 5000)}").Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("longer than 4096");
        Scan(string.Concat(Enumerable.Repeat("\r\n--cut\r\n\r\n", 1001))).Error.ShouldBeOfType<RouterError.FormInvalid>().Message.ShouldContain("1000 parts");
    }

    [Fact]
    public void A_model_that_is_no_text_is_refused() =>
        Scan([.. Encoding.ASCII.GetBytes("--cut\r\nContent-Disposition: form-data; name=model\r\n\r\n"), 0xC3, .. "\r\n--cut--"u8], 5).Error.ShouldBeOfType<RouterError.FieldInvalid>().Message.ShouldContain("UTF-8");

    private static Gen<RandomForm> Forms()
    {
        var content = Gen.Elements("\r", "\n", "-", "--", "\r\n--", "\r\n--cu", "\r\n--cu\r\n--", "u", "\0", "é", "x").ListOf().Select(pieces => string.Concat(pieces));
        var other = from name in Gen.Elements("file", "prompt", "modelx", "") from value in content select (Name: name, Value: value);
        return from before in other.ListOf()
               from between in other.ListOf()
               from behind in other.ListOf()
               from priority in Gen.Choose(0, 2)
               from preamble in Gen.Elements("", "", "preamble\r\n", "--cu\r\n", "\r\n")
               from cut in Gen.Choose(1, 40)
               from model in Gen.Elements("m", "m\r", "\r\n--cu\r\n-m", "\r\n--cu", "--cut")
               select new RandomForm(preamble, cut, [.. priority == 0 ? [("priority", "low")] : Array.Empty<(string, string)>(), .. before, ("model", model), .. between, .. priority == 1 ? [("priority", "4")] : Array.Empty<(string, string)>(), .. behind]);
    }

    private static Checked<MultipartPeek> Scan(string form, int size = 7) => Scan(Encoding.UTF8.GetBytes(form), size);

    private static Checked<MultipartPeek> Scan(byte[] form, int size)
    {
        MultipartScan.For(Type).Holds(out var scan, out _).ShouldBeTrue();
        for (var at = 0; at < form.Length; at += size)
        {
            if (scan!.Push(form.AsSpan(at, Math.Min(size, form.Length - at))) is { } refused)
            {
                return refused;
            }
        }

        return scan!.Finish();
    }

    private static string Edit(string form, in MultipartPeek peek, string id)
    {
        var edits = BodyEdits.For(peek, id);
        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(form));
        byte[] edited = [.. edits.Apply(bytes).SelectMany(piece => piece.ToArray())];
        edited.Length.ShouldBe((int)(bytes.Length + edits.Growth));
        return Encoding.UTF8.GetString(edited);
    }

    private static string Of(params (string Name, string Value)[] parts) => new RandomForm("", 1, parts).Text();

    private sealed record RandomForm(string Preamble, int Cut, (string Name, string Value)[] Parts)
    {
        public string Model => Parts.Single(part => part.Name == "model").Value;

        public string Text() => Preamble + string.Concat(Parts.Select(part => $"--cut\r\nContent-Disposition: form-data; name=\"{part.Name}\"\r\n\r\n{part.Value}\r\n")) + "--cut--\r\n";
    }
}

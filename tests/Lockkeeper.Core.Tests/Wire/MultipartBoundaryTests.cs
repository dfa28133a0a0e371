using System.Text;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class MultipartBoundaryTests
{
    [Theory]
    [InlineData("multipart/form-data; boundary=abc", "abc")]
    [InlineData("Multipart/Form-Data;boundary=\"a b\\\"c\"", "a b\"c")]
    [InlineData(" multipart/form-data ; charset=utf-8; Boundary = ----x'()+_,-./:=? ", "----x'()+_,-./:=?")]
    [InlineData("multipart/form-data; x=\"; boundary=no\"; boundary=yes", "yes")]
    public void It_is_read_with_or_without_quotes(string type, string boundary)
    {
        MultipartBoundary.DelimiterOf(type).Holds(out var delimiter, out var refused).ShouldBeTrue(refused?.Message);
        Encoding.ASCII.GetString(delimiter!).ShouldBe("\r\n--" + boundary);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("multipart/form-database; boundary=a")]
    [InlineData("multipart/mixed; boundary=a")]
    public void Another_type_is_no_form(string? type) => MultipartBoundary.DelimiterOf(type).Error.ShouldBeOfType<RouterError.FormInvalid>().Message.ShouldContain("Content-Type must be");

    [Theory]
    [InlineData("multipart/form-data", "no boundary")]
    [InlineData("multipart/form-data; boundary=", "no boundary")]
    [InlineData("multipart/form-data; boundary=\"\"", "no boundary")]
    [InlineData("multipart/form-data; boundary", "no boundary")]
    [InlineData("multipart/form-data; boundary=a; boundary=b", "two boundaries")]
    [InlineData("multipart/form-data; boundary=é", "ASCII")]
    [InlineData("multipart/form-data; boundary=\"a\rb\"", "ASCII")]
    public void A_form_without_a_usable_boundary_is_refused(string type, string told) => MultipartBoundary.DelimiterOf(type).Error.ShouldBeOfType<RouterError.FormInvalid>().Message.ShouldContain(told);
}

using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Tests.Templates;

public sealed class PythonJsonTests
{
    [Theory]
    [InlineData("""{ "b":[1,2.50,-1e3,true,null],"a":{} , "c":[] }""", """{"b": [1, 2.50, -1e3, true, null], "a": {}, "c": []}""")]
    [InlineData("""["é\u00e9<>&'\/\"\\\n\u0001"]""", """["éé<>&'/\"\\\n\u0001"]""")]
    public void It_is_spaced_as_python_spaces_it_and_escapes_only_what_must_be(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        PythonJson.Write(document.RootElement).ShouldBe(expected);
    }
}

using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class RecordJsonTests
{
    [Fact]
    public void Keys_and_values_are_those_of_the_file_and_what_is_not_said_is_left_out()
    {
        var engine = new EngineConfig
        {
            Preset = "p",
            Lifecycle = Lifecycle.Api,
            Command = ["run", "{port}"],
            Args = [],
            Env = new Dictionary<string, string> { ["A"] = "1" },
            ApiKey = SecretSource.TryParse("env:KEY", out var key, out _) ? key : default,
            Ready = new ReadyConfig { ContainsModel = true },
            Load = new ControlCallConfig { Path = "/load", Body = new JsonFields([KeyValuePair.Create("n", "[1,null]")]) },
            Capabilities = [Capability.Chat, Capability.ImageEdit],
            MaxConcurrency = 2,
            StartTimeout = TimeSpan.FromMinutes(90),
        };
        Json(engine).ShouldBe("""
            {"preset":"p","lifecycle":"api","command":["run","{port}"],"env":{"A":"1"},"api_key":"env:KEY","ready":{"contains_model":true},"load":{"path":"/load","body":{"n":[1,null]}},
            """.Trim() + """
            "capabilities":["chat","image_edit"],"max_concurrency":2,"start_timeout":"1h30m"}
            """.Trim());
    }

    private static string Json(object section)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            RecordJson.Write(json, section);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

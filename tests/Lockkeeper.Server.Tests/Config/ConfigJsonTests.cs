using System.Text.Json;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigJsonTests
{
    [Fact]
    public void Everything_is_shown_as_it_would_be_written_with_defaults_and_no_secret()
    {
        var draft = ConfigText.Read("f", """
            server:
              api_keys:
                - { name: a, key: env:NAME }
                - { name: b, key: sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b }
            engines:
              e:
                command: [x, "{port}", --admin-key, very_secret, "--api-key=very_secret", --max-tokens, "7"]
                api_key: file:~/key
                env: { HF_TOKEN: hf_very_secret }
                control_headers: { x-admin-key: env:ADMIN, x-token: very_secret }
                start_timeout: 90s
            models:
              m: { engine: e, set: { api_key: very_secret, max_tokens: 5 }, defaults: { temperature: 0.7, stop: ["x"] }, memory: 2GiB, priority: high }
            """, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        var text = System.Text.Encoding.UTF8.GetString(JsonReply.Bytes(json => ConfigJson.Write(json, draft.Config)));
        text.ShouldNotContain("very_secret");
        text.ShouldNotContain("2bb80d");
        var config = JsonElement.Parse(text);
        config.GetProperty("server").GetProperty("api_keys").EnumerateArray().Select(key => key.GetProperty("key").GetString()).ShouldBe(["env:NAME", "sha256:…"]);
        config.GetProperty("scheduling").GetProperty("max_queue").GetInt32().ShouldBe(200);
        var engine = config.GetProperty("engines").GetProperty("e");
        engine.GetProperty("command").EnumerateArray().Select(word => word.GetString()).ShouldBe(["x", "{port}", "--admin-key", "(hidden)", "--api-key=(hidden)", "--max-tokens", "7"]);
        engine.GetProperty("env").GetProperty("HF_TOKEN").GetString().ShouldBe("(hidden)");
        engine.GetProperty("control_headers").GetProperty("x-admin-key").GetString().ShouldBe("env:ADMIN");
        (engine.GetProperty("start_timeout").GetString(), engine.GetProperty("api_key").GetString()).ShouldBe(("1m30s", "file:~/key"));
        var model = config.GetProperty("models").GetProperty("m");
        model.GetProperty("defaults").GetRawText().ShouldBe("""{"temperature":0.7,"stop":["x"]}""");
        (model.GetProperty("memory").GetString(), model.GetProperty("priority").GetString(), model.GetProperty("idle_timeout").GetString()).ShouldBe(("2GiB", "high", "off"));
    }
}

using System.Runtime.Intrinsics.X86;

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary><c>opencode run</c>. docs/clients/opencode.md has the same settings.</summary>
internal sealed class Opencode : IAgent
{
    /// <summary>What <c>opencode-ai</c> picks on this platform, from a processor of 2013 on.</summary>
    public string Package => "opencode-linux-x64";

    public string Name => "opencode";

    public string Dialect => "OpenAI chat";

    public string Route => "/v1/chat/completions";

    public Task<ChildProcess> TakeTurnAsync(AgentHome home, NpmFolder packages, Uri router)
    {
        home.Write("project/opencode.json", $$"""
            {
              "$schema": "https://opencode.ai/config.json",
              "autoupdate": false,
              "share": "disabled",
              "model": "lockkeeper/{{RouterUnderTest.AgentModel}}",
              "small_model": "lockkeeper/{{RouterUnderTest.AgentModel}}",
              "enabled_providers": ["lockkeeper"],
              "provider": {
                "lockkeeper": {
                  "npm": "@ai-sdk/openai-compatible",
                  "name": "Lockkeeper",
                  "options": { "baseURL": "{{new Uri(router, "v1")}}", "apiKey": "dummy" },
                  "models": { "{{RouterUnderTest.AgentModel}}": { "limit": { "context": 65536, "output": 64 } } }
                }
              }
            }
            """);
        string[] switches = ["OPENCODE_PURE", "OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_DEFAULT_PLUGINS"];
        var program = Path.Combine(packages.Path, "node_modules", Avx2.IsSupported ? Package : $"{Package}-baseline", "bin", "opencode");
        return ChildProcess.RunAsync(program, ["run", "--format", "json", "Say hello"], home.Project, home.Variables(
        [
            .. switches.Select(name => (name, "1")),
            ("npm_config_offline", "true"),
        ]), AgentHome.Patience, bare: true);
    }
}

using System.Runtime.InteropServices;

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary><c>claude -p</c>. docs/clients/claude-code.md has the same settings.</summary>
internal sealed class ClaudeCode : IAgent
{
    public string Package => "@anthropic-ai/claude-code";

    public string Name => "Claude Code";

    public string Dialect => "Anthropic Messages";

    public string Route => "/v1/messages";

    public Task<ChildProcess> TakeTurnAsync(AgentHome home, NpmFolder packages, Uri router)
    {
        string[] models = ["ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL"];
        string[] switches = ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING", "DISABLE_AUTOUPDATER"];
        var program = Path.Combine(packages.Path, "node_modules", "@anthropic-ai", $"claude-code-linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "claude");
        return ChildProcess.RunAsync(program, ["-p", "--output-format", "stream-json", "--verbose", "Say hello"], home.Project, home.Variables(
        [
            ("ANTHROPIC_BASE_URL", router.GetLeftPart(UriPartial.Authority)),
            ("ANTHROPIC_AUTH_TOKEN", "dummy"),
            .. models.Select(name => (name, RouterUnderTest.AgentModel)),
            .. switches.Select(name => (name, "1")),
        ]), AgentHome.Patience, bare: true);
    }
}

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary><c>codex exec</c>. docs/clients/codex.md has the same settings.</summary>
internal sealed class Codex : IAgent
{
    public string Package => "@openai/codex";

    public string Name => "Codex";

    public string Dialect => "OpenAI Responses";

    public string Route => "/v1/responses";

    public Task<ChildProcess> TakeTurnAsync(AgentHome home, NpmFolder packages, Uri router)
    {
        var folder = home.Write(".codex/config.toml", $$"""
            model = "{{RouterUnderTest.AgentModel}}"
            model_provider = "lockkeeper"
            model_context_window = 65536
            check_for_update_on_startup = false
            web_search = "disabled"

            [model_providers.lockkeeper]
            name = "Lockkeeper"
            base_url = "{{new Uri(router, "v1")}}"
            wire_api = "responses"
            env_key = "LOCKKEEPER_API_KEY"
            request_max_retries = 0
            stream_max_retries = 0

            [analytics]
            enabled = false

            [otel]
            exporter = "none"
            metrics_exporter = "none"

            [features]
            apps = false
            plugins = false
            """);
        string[] arguments = [Path.Combine(packages.Path, "node_modules", Package, "bin", "codex.js"), "exec", "--json", "--skip-git-repo-check", "-s", "read-only", "-C", home.Project, "Say hello"];
        return ChildProcess.RunAsync("node", arguments, home.Project, home.Variables(("CODEX_HOME", folder), ("LOCKKEEPER_API_KEY", "dummy")), AgentHome.Patience, bare: true);
    }
}

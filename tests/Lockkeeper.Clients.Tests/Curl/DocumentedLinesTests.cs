using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests.Curl;

/// <summary>Whoever has a script for one of the four projects changes the port, and it runs.</summary>
public sealed class DocumentedLinesTests : IAsyncLifetime
{
    /// <summary>One white pixel.</summary>
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==");

    private Shell _shell = null!;

    public async ValueTask InitializeAsync() => _shell = await Shell.OpenAsync();

    public ValueTask DisposeAsync() => _shell.DisposeAsync();

    [Fact]
    public async Task Those_of_sluice_run()
    {
        var answer = JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.Query));
        answer.GetProperty("status").GetString().ShouldBe("ok");
        answer.GetProperty("source").GetString().ShouldBe("local");
        answer.GetProperty("result").GetString()!.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Those_of_slm_server_run()
    {
        var embedded = JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.Embeddings));
        embedded.GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBeGreaterThan(1);
        embedded.GetProperty("model").GetString().ShouldBe("Qwen/Qwen3-Embedding-0.6B");

        var health = JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.BackendsHealth));
        health.GetProperty("demo-embedder").GetProperty("status").GetString().ShouldBe("healthy");
        health.GetProperty("demo-guide").GetProperty("status").GetString().ShouldBe("unreachable");
    }

    [Fact]
    public async Task Those_of_mlx_router_run_that_ask_how_it_is()
    {
        JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.Health)).GetProperty("status").GetString().ShouldBe("ok");
        JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.DetailedHealth)).GetProperty("memory").GetProperty("total_gb").GetDouble().ShouldBeGreaterThan(0);
        var models = JsonElement.Parse(await _shell.TypeAsync(DocumentedLines.Models)).GetProperty("data");
        models.EnumerateArray().Select(model => model.GetProperty("id").GetString()).ShouldBe(["demo-guide", "demo-embedder", "eyes"]);
        models[0].TryGetProperty("memory_required", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData(DocumentedLines.Chat)]
    [InlineData(DocumentedLines.Stream)]
    [InlineData(DocumentedLines.Discovered)]
    public async Task Those_of_mlx_router_run_that_print_an_answer(string line)
    {
        var answer = (await _shell.TypeAsync(line)).Trim();
        answer.ShouldNotBeEmpty();
        answer.ShouldNotBe("null");
        answer.ShouldNotContain("data:");
    }

    [Theory]
    [InlineData(DocumentedLines.Llama, "mlx-community/Llama-3.2-3B-Instruct-4bit")]
    [InlineData(DocumentedLines.ShortLlama, "mlx-community/Llama-3.2-3B-Instruct-4bit")]
    [InlineData(DocumentedLines.Tools, "mlx-community/Llama-3.3-70B-Instruct-4bit")]
    public async Task Those_of_mlx_router_run_that_print_the_whole(string line, string model)
    {
        var answer = JsonElement.Parse(await _shell.TypeAsync(line));
        answer.GetProperty("object").GetString().ShouldBe("chat.completion");
        answer.GetProperty("model").GetString().ShouldBe(model);
        var message = answer.GetProperty("choices")[0].GetProperty("message");
        (message.GetProperty("content").ValueKind == JsonValueKind.String || message.GetProperty("tool_calls").GetArrayLength() > 0).ShouldBeTrue(message.ToString());
    }

    [Fact]
    public async Task That_of_mlx_router_runs_that_streams_by_configuration()
    {
        await using var shell = await Shell.OpenAsync(streams: true);
        var lines = (await shell.TypeAsync(DocumentedLines.StreamByDefault)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith(':')).ToList();
        lines.Count.ShouldBeGreaterThan(2);
        lines.ShouldAllBe(line => line.StartsWith("data: "));
        lines[^1].ShouldBe("data: [DONE]");
    }

    [Fact]
    public async Task Those_of_mlx_router_run_that_send_an_image_or_a_document()
    {
        (await _shell.TypeAsync(_shell.WithFile(DocumentedLines.Image, "/path/to/image.png", Png))).ShouldStartWith("fake");
        (await _shell.TypeAsync(_shell.WithFile(DocumentedLines.Pdf, "/path/to/document.pdf", OnePage()))).ShouldStartWith("fake");
    }

    /// <summary>A PDF of one empty page. Readers forgive the missing table of objects.</summary>
    private static byte[] OnePage() => Encoding.ASCII.GetBytes("""
        %PDF-1.4
        1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
        2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
        3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >> endobj
        trailer << /Root 1 0 R >>
        %%EOF
        """);
}

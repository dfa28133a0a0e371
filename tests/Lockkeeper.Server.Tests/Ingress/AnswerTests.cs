using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class AnswerTests
{
    [Theory]
    [InlineData("{\"done\":false}\n", false, true)]
    [InlineData("{\"done\":fal", false, false)]
    [InlineData("data: {\"choi", true, true)]
    public void No_empty_line_is_put_before_an_error_in_lines_of_JSON(string engine, bool isWritten, bool atBoundary)
    {
        var http = new DefaultHttpContext();
        using var request = new Journal(TimeProvider.System).Begin(http);
        using var answer = new Answer(http, Dialect.Ollama, request, new IngressOptions(1024, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => default), TimeProvider.System) { IsWritten = isWritten };
        answer.Tap.Observe(Encoding.UTF8.GetBytes(engine));
        answer.AtBoundary.ShouldBe(atBoundary);
    }
}

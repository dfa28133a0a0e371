using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class ErrorBodyTests
{
    [Fact]
    public void OpenAi_errors_have_message_type_param_and_code()
    {
        var error = JsonDocument.Parse(Write(new RouterError.ModelUnknown("gemna", ["gemma"]))).RootElement.GetProperty("error");

        error.GetProperty("message").GetString().ShouldBe("The model 'gemna' is not known here. Did you mean 'gemma'? GET /v1/models lists all.");
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.GetProperty("param").GetString().ShouldBe("model");
        error.GetProperty("code").GetString().ShouldBe("model_not_found");
    }

    [Fact]
    public void A_failed_start_names_cause_exit_code_and_the_last_lines()
    {
        var failure = new InstanceFailure("it exited while starting", 3, ["one", "two", "three", "four", "five", "CUDA out of memory"]);

        var error = new RouterError.StartFailed(new ModelId("m"), failure);

        error.Status.ShouldBe(503);
        error.Message.ShouldBe("The engine for 'm' did not start: it exited while starting (exit code 3). Its last output: two | three | four | five | CUDA out of memory");
    }

    [Fact]
    public void Within_a_stream_an_error_is_an_event_and_then_the_end()
    {
        var output = new ArrayBufferWriter<byte>();

        ErrorBody.WriteStreamEnd(ErrorText.Of(new RouterError.ShuttingDown()), Dialect.OpenAi, output);

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        text.ShouldStartWith("data: {\"error\":{");
        text.ShouldEndWith("}}\n\ndata: [DONE]\n\n");
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(7, ",\"sequence_number\":7")]
    public void Within_a_response_it_is_an_event_with_the_number_that_is_next(int? number, string written)
    {
        var output = new ArrayBufferWriter<byte>();

        ErrorBody.WriteStreamEnd(new ErrorText(502, "engine_failed", "it \"died\""), Dialect.Responses, output, number);

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe($"event: error\ndata: {{\"type\":\"error\",\"code\":\"engine_failed\",\"message\":\"it \\\"died\\\"\",\"param\":null{written}}}\n\n");
    }

    private static string Write(RouterError error)
    {
        var output = new ArrayBufferWriter<byte>();
        ErrorBody.Write(ErrorText.Of(error), Dialect.OpenAi, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

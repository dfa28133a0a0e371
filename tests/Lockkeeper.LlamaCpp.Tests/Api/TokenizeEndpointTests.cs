namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class TokenizeEndpointTests(DemoEngine demo)
{
    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task Text_becomes_tokens_and_tokens_become_that_text()
    {
        const string Text = "Grüße 🚣<|im_end|>\n";
        var tokens = (await _engine.AskAsync(new { content = Text }, "/tokenize")).GetProperty("tokens");
        tokens.EnumerateArray().Select(token => token.GetInt32()).ShouldContain(1023);
        var answer = await _engine.AskAsync(new { tokens }, "/detokenize");
        (answer.GetProperty("content").GetString(), answer.GetProperty("prompt").GetString()).ShouldBe((Text, Text));
        (await _engine.AskAsync(new { content = Text, parse_special = false }, "/tokenize")).GetProperty("tokens").GetArrayLength().ShouldBeGreaterThan(tokens.GetArrayLength());
    }

    [Fact]
    public async Task Pieces_are_texts_or_the_bytes_of_a_part_of_a_character()
    {
        var pieces = (await _engine.AskAsync(new { content = "a🚣", with_pieces = true }, "/tokenize")).GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("piece")).ToList();
        pieces[0].GetString().ShouldBe("a");
        pieces[1..].SelectMany(piece => piece.EnumerateArray().Select(value => value.GetByte())).ShouldBe("🚣"u8.ToArray());
    }

    [Fact]
    public async Task Vllms_shape_counts_a_prompt_and_a_conversation()
    {
        var prompt = await _engine.AskAsync(new { model = "demo-guide", prompt = "Say hello" }, "/tokenize");
        prompt.GetProperty("count").GetInt32().ShouldBe(prompt.GetProperty("tokens").GetArrayLength());
        prompt.GetProperty("max_model_len").GetInt32().ShouldBe(2048);
        var messages = new[] { new { role = "user", content = "Say hello" } };
        var chat = await _engine.AskAsync(new { model = "demo-guide", messages }, "/tokenize");
        var answer = await _engine.AskAsync(DemoEngine.Ask("Say hello"));
        chat.GetProperty("count").GetInt32().ShouldBe(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        var tools = new[] { new { type = "function", function = new { name = "f" } } };
        (await _engine.AskAsync(new { messages, tools }, "/tokenize")).GetProperty("count").GetInt32().ShouldBeGreaterThan(chat.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_template_shows_the_prompt_that_a_conversation_becomes()
    {
        var answer = await _engine.AskAsync(new { messages = new[] { new { role = "user", content = "Say hello" } } }, "/apply-template");
        answer.GetProperty("prompt").GetString().ShouldBe("<|im_start|>user\nSay hello<|im_end|>\n<|im_start|>assistant\n");
    }

    [Theory]
    [InlineData("/tokenize", """{}""", "content", "is required")]
    [InlineData("/tokenize", """{"content":7}""", "content", "must be a string")]
    [InlineData("/tokenize", """{"content":"\ud83d"}""", "content", "not valid Unicode")]
    [InlineData("/tokenize", """{"content":"a","with_pieces":1}""", "with_pieces", "must be true or false")]
    [InlineData("/tokenize", """{"messages":[{"role":"user","content":"a"}],"add_generation_prompt":false}""", "add_generation_prompt", "must be true")]
    [InlineData("/detokenize", """{}""", "tokens", "is required")]
    [InlineData("/detokenize", """{"tokens":"a"}""", "tokens", "must be an array of token ids")]
    [InlineData("/detokenize", """{"tokens":[1,"a"]}""", "tokens[1]", "must be a token id")]
    [InlineData("/detokenize", """{"tokens":[4096]}""", "tokens[0]", "this model has 1024 tokens")]
    [InlineData("/apply-template", """{}""", "messages", "is required")]
    public async Task What_cannot_be_meant_is_refused_by_name(string path, string body, string param, string words)
    {
        var error = await _engine.BodyRefusedAsync(body, path);
        error.GetProperty("param").GetString().ShouldBe(param);
        error.GetProperty("message").GetString()!.ShouldContain(words);
    }
}

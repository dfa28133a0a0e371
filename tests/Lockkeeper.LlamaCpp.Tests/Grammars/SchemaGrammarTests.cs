using System.Text.Json;
using Lockkeeper.LlamaCpp.Grammars;

namespace Lockkeeper.LlamaCpp.Tests.Grammars;

/// <summary>What is refused, and that llama.cpp takes what is not. That what comes out is valid is in <see cref="Scenarios.ValidNonsenseTests"/>.</summary>
public sealed class SchemaGrammarTests(DemoEngine demo)
{
    [Theory]
    [InlineData("7", "", "must be a schema")]
    [InlineData("false", "", "is false")]
    [InlineData("""{"type":"text"}""", "type", "is 'text'")]
    [InlineData("""{"type":[]}""", "type", "must be a string")]
    [InlineData("""{"type":"string","pattern":"^a"}""", "pattern", "no grammar is made of this keyword")]
    [InlineData("""{"properties":{"a":{"items":{"not":{}}}}}""", "properties.a.items.not", "no grammar is made of this keyword")]
    [InlineData("""{"type":"string","minlength":3}""", "minlength", "no grammar is made of this keyword")]
    [InlineData("""{"type":"string","format":"email"}""", "format", "date, time, date-time and uuid")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":1}""", "maxLength", "less than minLength")]
    [InlineData("""{"type":"string","maxLength":1e9}""", "maxLength", "between 0 and 1000")]
    [InlineData("""{"type":"string","maxLength":-1}""", "maxLength", "between 0 and 1000")]
    [InlineData("""{"type":"string","maxLength":1.5}""", "maxLength", "must be a whole number")]
    [InlineData("""{"type":"array","maxItems":1,"minItems":2}""", "maxItems", "less than minItems")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "uniqueItems", "no grammar is made of this keyword")]
    [InlineData("""{"type":"array","items":[{}]}""", "items", "must be a schema")]
    [InlineData("""{"type":"number","maximum":5}""", "maximum", "except for a minimum of 0")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""", "", "allows no whole number")]
    [InlineData("""{"type":"integer","minimum":1e30}""", "minimum", "must be a whole number")]
    [InlineData("""{"enum":[]}""", "enum", "at least one item")]
    [InlineData("""{"type":"integer","enum":["a"]}""", "enum", "no value that the rest of the schema allows")]
    [InlineData("""{"enum":["a"],"minLength":3}""", "minLength", "beside enum or const")]
    [InlineData("""{"properties":[]}""", "properties", "must be an object")]
    [InlineData("""{"required":["a"],"additionalProperties":false}""", "additionalProperties", "is false")]
    [InlineData("""{"required":"a"}""", "required", "must be an array")]
    [InlineData("""{"required":[1]}""", "required[0]", "must be a string")]
    [InlineData("""{"$ref":"https://example.org/schema"}""", "$ref", "nothing is fetched")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "$ref", "points at nothing")]
    [InlineData("""{"$ref":"#"}""", "$ref", "leads back")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"},{}]},"b":{"$ref":"#/$defs/a"}}}""", "$defs.b.$ref", "leads back")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""", "allOf[0].$ref", "leads back")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "oneOf", "may satisfy both [0] and [1]")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{"const":1}}},{"type":"object","properties":{"a":{"const":2}}}]}""", "oneOf", "may satisfy both")]
    [InlineData("""{"anyOf":[{}],"oneOf":[{}]}""", "oneOf", "beside anyOf")]
    [InlineData("""{"allOf":[{"minLength":1},{"minLength":2}]}""", "minLength", "given twice")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"object"}]}""", "type", "allows nothing")]
    [InlineData("""{"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}""", "additionalProperties", "cannot be combined")]
    [InlineData("""{"const":"\ud800"}""", "", "not valid Unicode")]
    [InlineData("""{"type":"object","type":"string"}""", "", "twice")]
    public void What_no_grammar_says_is_refused_with_its_place(string schema, string place, string words)
    {
        var problem = Should.Throw<SchemaException>(() => Grammar(schema));
        problem.Place.ShouldBe(place);
        problem.Message.ShouldContain(words);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"type":["string","null"],"title":"t","description":"d","default":null,"examples":[1],"x-mine":1,"$schema":"s","uniqueItems":false}""")]
    [InlineData("""{"type":"string","minLength":1000,"maxLength":1000}""")]
    [InlineData("""{"type":"array","minItems":1000,"maxItems":1000,"items":{"type":"array","maxItems":1000}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"},"]-^\\\"\n":{}},"additionalProperties":true}""")]
    [InlineData("""{"$ref":"#/$defs/a~1b/0%25","$defs":{"a/b":{"0%":{"type":"null"}}}}""")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"null"},{"type":["integer","boolean"]}]}""")]
    [InlineData("""{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}],"$defs":{"a":{"type":"object","required":["k"],"properties":{"k":{"const":"a"}}},"b":{"type":"object","required":["k"],"properties":{"k":{"enum":["b","c"]}}}}}""")]
    public async Task What_is_not_refused_is_understood_by_llama_cpp(string schema)
    {
        var vocabulary = (await demo.Engine.Server.Decoder.Loaded).Vocabulary;
        using var sampler = vocabulary.OpenGrammar(Grammar(schema));
        sampler.ShouldNotBeNull(Grammar(schema));
    }

    [Fact]
    public void A_schema_may_be_only_so_deep()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"items":""", 200)) + "{}" + new string('}', 200);
        using var document = JsonDocument.Parse(deep, new JsonDocumentOptions { MaxDepth = 1000 });
        Should.Throw<SchemaException>(() => new AnswerGrammar().AllowSchema(document.RootElement)).Message.ShouldContain("nested deeper than 64");
    }

    [Fact]
    public void A_schema_may_be_only_so_large()
    {
        var wide = "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"p{i}\":{{\"const\":{i}}}")) + "}}";
        Should.Throw<SchemaException>(() => Grammar(wide)).Message.ShouldContain("too large");
    }

    private static string Grammar(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return new AnswerGrammar().AllowSchema(document.RootElement).Build();
    }
}

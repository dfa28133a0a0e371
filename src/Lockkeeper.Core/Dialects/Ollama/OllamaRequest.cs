using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>What a request to <c>/api/chat</c> or <c>/api/generate</c> is for. Without anything to say it is about the model itself.</summary>
/// <param name="Model">By the name the client used.</param>
/// <param name="Stream">Whether the answer is to come piece by piece.</param>
/// <param name="Surface">Which of the two it came to.</param>
internal abstract record OllamaRequest(string Model, bool Stream, OllamaSurface Surface)
{
    /// <summary>A chat, or a prompt that becomes one.</summary>
    public sealed record Chat(OllamaChat Asked, OllamaSurface Surface) : OllamaRequest(Asked.Turn.Model, Asked.Turn.Stream, Surface);

    /// <summary>A text to go on with, without the model's template; <see cref="OllamaGenerateStream"/> and <see cref="OllamaGenerateAnswer"/> answer it.</summary>
    public sealed record Completion(CompletionTurn Turn) : OllamaRequest(Turn.Model, Turn.Stream, OllamaSurface.Generate);

    /// <summary>Nothing is asked but that the model be loaded, or go; <see cref="OllamaLines.WriteLoad"/> answers it.</summary>
    public abstract record Wish(string Model, OllamaSurface Surface) : OllamaRequest(Model, false, Surface);

    /// <summary>The model is to be loaded.</summary>
    public sealed record Load(string Model, OllamaSurface Surface) : Wish(Model, Surface);

    /// <summary>The model is to go.</summary>
    public sealed record Unload(string Model, OllamaSurface Surface) : Wish(Model, Surface);

    /// <summary>Whether a request says nothing, or an engine might find that it does: only where this is false may an engine that speaks Ollama have its bytes.</summary>
    /// <param name="body">It has been peeked at, and is sound JSON.</param>
    /// <param name="field">Where its surface has what it says. What stands in the fields of another one is overlooked by an Ollama; it takes a name in any case, and of two the last.</param>
    public static bool MaySayNothing(in ReadOnlySequence<byte> body, ReadOnlySpan<byte> field)
    {
        var options = new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        var says = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var counts = JsonName.IsInAnyCase(reader, field);
            reader.Read();
            if (counts && !IsSomething(reader))
            {
                return true;
            }

            says |= counts;
            reader.Skip();
        }

        return !says;
    }

    /// <summary>A request that says nothing: it loads the model, or with no time to stay it unloads it.</summary>
    public static Wish Silent(string model, OllamaSurface surface, OllamaKeepAlive? keepAlive) =>
        keepAlive is { IsNone: true } ? new Unload(model, surface) : new Load(model, surface);

    /// <summary>Whether a value is neither null nor an empty text or list.</summary>
    private static bool IsSomething(Utf8JsonReader value) => value.TokenType switch
    {
        JsonTokenType.Null => false,
        JsonTokenType.String => (value.HasValueSequence ? value.ValueSequence.Length : value.ValueSpan.Length) > 0,
        JsonTokenType.StartArray => value.Read() && value.TokenType != JsonTokenType.EndArray,
        _ => true,
    };
}

/// <summary>Where an Ollama client asks, which decides the form of its answer.</summary>
internal enum OllamaSurface
{
    /// <summary><c>/api/chat</c>.</summary>
    Chat,

    /// <summary><c>/api/generate</c>.</summary>
    Generate,

    /// <summary><c>/api/embed</c>.</summary>
    Embed,

    /// <summary><c>/api/embeddings</c>.</summary>
    OldEmbed,
}

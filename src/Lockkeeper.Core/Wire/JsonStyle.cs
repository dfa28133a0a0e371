using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>How JSON is written that is read by programs and by people in terminals, and never pasted into HTML by us.</summary>
internal static class JsonStyle
{
    /// <summary>Quotes and umlauts stay what they are.</summary>
    public static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

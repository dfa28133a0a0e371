using System.Text;

namespace Lockkeeper.Bench.Load;

/// <summary>The bytes that are sent, made once.</summary>
internal static class Requests
{
    private const int BodyBytes = 1024;

    /// <summary>A chat request of 1 KB.</summary>
    public static byte[] Chat(string model) => Post(Body($$"""{"model":"{{model}}","messages":[{"role":"user","content":"#"}]}"""));

    /// <summary>A chat request of 1 KB that is answered with a stream.</summary>
    public static byte[] Stream(string model, int chunks, int delayMilliseconds) =>
        Post(Body($$"""{"model":"{{model}}","stream":true,"bench":"chunks={{chunks}} delay={{delayMilliseconds}}","messages":[{"role":"user","content":"#"}]}"""));

    private static string Body(string pattern) => pattern.Replace("#", new string('x', BodyBytes - pattern.Length + 1), StringComparison.Ordinal);

    private static byte[] Post(string body) => Encoding.ASCII.GetBytes(
        $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}

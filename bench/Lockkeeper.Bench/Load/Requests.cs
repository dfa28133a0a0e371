using System.Text;

namespace Lockkeeper.Bench.Load;

/// <summary>The bytes that are sent, made once.</summary>
internal static class Requests
{
    private const int Kilobyte = 1024;

    /// <summary>A chat request of 1 KB, or of as many bytes as it is told.</summary>
    public static byte[] Chat(string model, int bytes = Kilobyte) => Post(Body($$"""{"model":"{{model}}","messages":[{"role":"user","content":"#"}]}""", bytes));

    /// <summary>A chat request of 1 KB that is answered with a stream.</summary>
    public static byte[] Stream(string model, int chunks, int delayMilliseconds) =>
        Post(Body($$"""{"model":"{{model}}","stream":true,"bench":"chunks={{chunks}} delay={{delayMilliseconds}}","messages":[{"role":"user","content":"#"}]}""", Kilobyte));

    private static string Body(string pattern, int bytes) => pattern.Replace("#", new string('x', bytes - pattern.Length + 1), StringComparison.Ordinal);

    private static byte[] Post(string body) => Encoding.ASCII.GetBytes(
        $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}

using System.Text;

namespace FakeEngine;

/// <summary>vLLM's sleep mode: <c>POST /sleep?level=1</c>, <c>POST /wake_up</c>, <c>GET /is_sleeping</c>.</summary>
internal sealed class SleepMode(Flags flags)
{
    private volatile bool _asleep;

    /// <returns>Whether the request is answered.</returns>
    public bool TryAnswer(Connection connection, Request request)
    {
        switch (request.Method, request.Path)
        {
            case ("POST", "/sleep") when !flags.NoSleep:
                _asleep = true;
                break;
            case ("POST", "/wake_up") when !flags.NoSleep:
                _asleep = false;
                break;
            case ("GET", "/is_sleeping") when !flags.NoSleep:
                connection.Send(200, "application/json", Encoding.UTF8.GetBytes(_asleep ? """{"is_sleeping":true}""" : """{"is_sleeping":false}"""));
                return true;
            default:
                if (_asleep && request.Method == "POST")
                {
                    connection.Send(503, "application/json", Encoding.UTF8.GetBytes(Answers.Error(503)));
                    return true;
                }

                return false;
        }

        connection.Send(200, "application/json", ""u8);
        return true;
    }
}

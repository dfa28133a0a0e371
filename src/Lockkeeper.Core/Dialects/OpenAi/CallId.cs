using System.Globalization;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Ids of tool calls for engines that give none. No two calls of a conversation have the same: a result names the call it answers.</summary>
internal static class CallId
{
    public static string Of(AnswerNaming naming, int index) => string.Create(CultureInfo.InvariantCulture, $"call_{naming.RequestId}_{index}");
}

// What LangChain's chat models share.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool, weather, weatherResult } from './stories.mjs';

const definition = { type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema } };

/** @param model `({ model, stream, fetch }) => chat model` of the package */
export function asking(model) {
  async function say(chat, stream, messages, options) {
    if (!stream) {
      return { message: await chat.invoke(messages, options), pieces: 1 };
    }

    let message;
    let pieces = 0;
    for await (const chunk of await chat.stream(messages, options)) {
      message = message === undefined ? chunk : message.concat(chunk);
      pieces += chunk.text === '' ? 0 : 1;
    }

    return { message, pieces };
  }

  async function text({ stream, ask, ...rest }) {
    const { message, pieces } = await say(model({ stream, ...rest }), stream, [new HumanMessage(ask)]);
    return { text: message.text, pieces };
  }

  async function tools({ stream, ...rest }) {
    const chat = model({ stream, ...rest }).bindTools([definition]);
    const { message } = await say(chat, stream, [new HumanMessage(weather)]);
    const [call] = message.tool_calls;
    const result = new ToolMessage({ content: weatherResult, tool_call_id: call.id ?? '', name: call.name });
    const { message: last } = await say(chat, stream, [new HumanMessage(weather), message, result]);
    return { name: call.name, location: call.args.location, text: last.text };
  }

  async function* deltas({ model: name, ask }) {
    for await (const chunk of await model({ model: name, stream: true }).stream([new HumanMessage(ask)])) {
      if (chunk.text !== '') {
        yield chunk;
      }
    }
  }

  async function leave({ model: name, ask }) {
    const abort = new AbortController();
    try {
      for await (const chunk of await model({ model: name, stream: true }).stream([new HumanMessage(ask)], { signal: abort.signal })) {
        if (chunk.text !== '') {
          abort.abort();
        }
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        throw error;
      }
    }
  }

  return { text, tools, deltas, leave };
}

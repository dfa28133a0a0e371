// What the providers of the AI SDK share: it asks them all in the same way.
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool as define } from 'ai';
import { sum, tool, weather, weatherResult } from './stories.mjs';

const exact = { temperature: 0, maxRetries: 0, maxOutputTokens: 200 };

/** @param model `({ model, fetch }) => language model` of the provider */
export function asking(model) {
  async function text({ stream, ask, ...rest }) {
    const request = { model: model(rest), prompt: ask, ...exact };
    if (!stream) {
      return { text: (await generateText(request)).text, pieces: 1 };
    }

    let whole = '';
    let pieces = 0;
    for await (const part of streamed(request).textStream) {
      whole += part;
      pieces++;
    }

    return { text: whole, pieces };
  }

  async function tools({ stream, ...rest }) {
    let location;
    const request = {
      model: model(rest), prompt: weather, ...exact, stopWhen: stepCountIs(3),
      tools: {
        [tool.name]: define({
          description: tool.description, inputSchema: jsonSchema(tool.schema),
          execute: input => {
            location = input.location;
            return weatherResult;
          },
        }),
      },
    };
    const answer = stream ? streamed(request) : await generateText(request);
    const [first] = await answer.steps;
    return { name: first.toolCalls[0]?.toolName, location, text: await answer.text };
  }

  async function* deltas({ model: name, ask }) {
    yield* streamed({ model: model({ model: name }), prompt: ask, maxRetries: 0 }).textStream;
  }

  async function leave({ model: name, ask }) {
    const abort = new AbortController();
    for await (const _ of streamText({ model: model({ model: name }), prompt: ask, maxRetries: 0, abortSignal: abort.signal, onError() {} }).textStream) {
      abort.abort();
    }
  }

  /** Reasoning and text, told apart by the SDK. */
  async function reason({ stream, ...rest }) {
    const request = { model: model(rest), prompt: sum, ...exact, ...rest.more };
    const answer = stream ? streamed(request) : await generateText(request);
    return { reasoning: await answer.reasoningText, text: await answer.text };
  }

  async function object(schema, { prompt, ...rest }) {
    return (await generateText({ model: model(rest), prompt, ...exact, output: Output.object({ schema: jsonSchema(schema) }) })).output;
  }

  return { text, tools, deltas, leave, reason, object };
}

/** A stream whose error is thrown: by default the SDK prints it and ends the text. */
function streamed(request) {
  let failure;
  const answer = streamText({ ...request, onError: ({ error }) => { failure = error; } });
  const textStream = (async function* () {
    yield* answer.textStream;
    if (failure !== undefined) {
      throw failure;
    }
  })();
  return { textStream, get steps() { return answer.steps; }, get text() { return answer.text; }, get reasoningText() { return answer.reasoningText; } };
}

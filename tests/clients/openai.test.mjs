// The openai package: chat completions, responses, embeddings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { embedder, guide, load, url } from './support/router.mjs';
import { arrivesAsItIsMade, comments, conversation, events, keptAlive, keptAliveWhole, leaves, sum, sumAnswer, tool, weather, weatherResult } from './support/stories.mjs';

const client = 'openai';
const api = fetch => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'dummy', maxRetries: 0, ...(fetch && { fetch }) });

// Chat completions

const chat = 'OpenAI chat';
const chatTools = [{ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema } }];
const user = content => [{ role: 'user', content }];

async function chatOnce({ fetch, stream, ...request }) {
  const body = { temperature: 0, ...request };
  if (!stream) {
    return { message: (await api(fetch).chat.completions.create(body)).choices[0].message, pieces: 1 };
  }

  const answer = api(fetch).chat.completions.stream(body);
  let pieces = 0;
  answer.on('content', () => pieces++);
  return { message: (await answer.finalChatCompletion()).choices[0].message, pieces };
}

async function chatText({ model, stream, ask, fetch }) {
  const { message, pieces } = await chatOnce({ fetch, model, stream, messages: user(ask) });
  return { text: message.content, pieces };
}

conversation({
  client, dialect: chat, route: '/v1/chat/completions', text: chatText,
  tools: async ({ model, stream }) => {
    const { message } = await chatOnce({ model, stream, messages: user(weather), tools: chatTools });
    const [call] = message.tool_calls;
    const messages = [...user(weather), message, { role: 'tool', tool_call_id: call.id, content: weatherResult }];
    const { message: last } = await chatOnce({ model, stream, messages, tools: chatTools });
    return { name: call.function.name, location: JSON.parse(call.function.arguments).location, text: last.content };
  },
});
keptAlive({ dialect: chat, fillers: comments, text: chatText });
keptAliveWhole({ dialect: chat, text: chatText });
arrivesAsItIsMade({ dialect: chat, deltas: ({ model, ask }) => chatDeltas(model, ask) });
leaves({
  dialect: chat,
  leave: async ({ model, ask }) => {
    const stream = await api().chat.completions.create({ model, messages: user(ask), stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta?.content) {
        stream.controller.abort();
      }
    }
  },
});

async function* chatDeltas(model, ask) {
  for await (const chunk of await api().chat.completions.create({ model, messages: user(ask), stream: true })) {
    if (chunk.choices[0]?.delta?.content) {
      yield chunk;
    }
  }
}

for (const stream of [false, true]) {
  test(`${chat}: reasoning stands apart from the answer, ${stream ? 'streamed' : 'whole'}`, async () => {
    let reasoning = '';
    let text = '';
    if (stream) {
      for await (const { choices } of await api().chat.completions.create({ model: guide, messages: user(sum), temperature: 0, stream: true })) {
        reasoning += choices[0]?.delta?.reasoning_content ?? '';
        text += choices[0]?.delta?.content ?? '';
      }
    } else {
      ({ reasoning_content: reasoning, content: text } = (await api().chat.completions.create({ model: guide, messages: user(sum), temperature: 0 })).choices[0].message);
    }

    assert.equal(text.trim(), sumAnswer);
    assert.ok(reasoning.trim().length > 0);
    assert.doesNotMatch(reasoning + text, /<\/?think>/);
  });
}

test(`${chat}: usage counts both sides, streamed as whole`, async () => {
  const request = { model: guide, messages: user('What is 2+2?'), temperature: 0 };
  const whole = await api().chat.completions.create(request);
  let last;
  for await (const chunk of await api().chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } })) {
    last = chunk;
  }

  assert.deepEqual(last.choices, []);
  assert.ok(whole.usage.prompt_tokens > 0 && whole.usage.completion_tokens > 0);
  assert.equal(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
  assert.equal(last.usage.prompt_tokens, whole.usage.prompt_tokens);
  assert.equal(last.usage.completion_tokens, whole.usage.completion_tokens);
});

test(`${chat}: a schema is kept to`, async () => {
  const schema = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'], additionalProperties: false };
  const answer = await api().chat.completions.create({
    model: guide, messages: user('What is 2+2?'), temperature: 0, max_tokens: 64, response_format: { type: 'json_schema', json_schema: { name: 'sum', strict: true, schema } },
  });
  const made = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual(Object.keys(made), ['sum']);
  assert.ok(Number.isInteger(made.sum));
});

test(`${chat}: json_object makes an object`, async () => {
  const answer = await api().chat.completions.create({
    model: guide, messages: user('What is 2+2?'), temperature: 0, max_tokens: 300, response_format: { type: 'json_object' },
  });
  const { message, finish_reason: finish } = answer.choices[0];
  assert.match(message.content, /^\s*\{/);
  assert.ok(finish === 'length' || typeof JSON.parse(message.content) === 'object', message.content);
});

test(`${chat}: an unknown model is NotFoundError with its code`, async () => {
  const request = { model: 'demo-gide', messages: user('hello') };
  await assert.rejects(api().chat.completions.create(request), error => {
    assert.ok(error instanceof OpenAI.NotFoundError, String(error));
    assert.equal(error.status, 404);
    assert.equal(error.code, 'model_not_found');
    assert.equal(error.param, 'model');
    assert.match(error.message, /demo-guide/);
    return true;
  });
  await assert.rejects(api().chat.completions.create({ ...request, stream: true }), OpenAI.NotFoundError);
});

test(`${chat}: a body of the wrong shape is BadRequestError and names the field`, async () => {
  await assert.rejects(api().chat.completions.create({ model: guide, messages: 'hello' }), error => {
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.equal(error.param, 'messages');
    return true;
  });
});

// Responses

const responses = 'OpenAI Responses';
const responseTools = [{ type: 'function', name: tool.name, description: tool.description, parameters: tool.schema, strict: false }];

async function respond({ fetch, stream, ...request }) {
  const body = { temperature: 0, ...request };
  if (!stream) {
    return { answer: await api(fetch).responses.create(body), pieces: 1 };
  }

  const answer = api(fetch).responses.stream(body);
  let pieces = 0;
  answer.on('response.output_text.delta', () => pieces++);
  return { answer: await answer.finalResponse(), pieces };
}

async function responseText({ model, stream, ask, fetch }) {
  const { answer, pieces } = await respond({ fetch, model, stream, input: ask });
  assert.equal(answer.status, 'completed');
  return { text: answer.output_text ?? textOf(answer), pieces };
}

/** What `output_text` is made of; a streamed answer has no such convenience. */
const textOf = answer => answer.output.filter(item => item.type === 'message').flatMap(item => item.content).map(part => part.text).join('');

conversation({
  client, dialect: responses, route: '/v1/responses', text: responseText,
  tools: async ({ model, stream }) => {
    const { answer } = await respond({ model, stream, input: user(weather), tools: responseTools });
    const call = answer.output.find(item => item.type === 'function_call');
    const input = [...user(weather), ...answer.output, { type: 'function_call_output', call_id: call.call_id, output: weatherResult }];
    const { answer: last } = await respond({ model, stream, input, tools: responseTools });
    return { name: call.name, location: JSON.parse(call.arguments).location, text: textOf(last) };
  },
});
keptAlive({ dialect: responses, fillers: events('response.in_progress'), text: responseText });
keptAliveWhole({ dialect: responses, text: responseText });
arrivesAsItIsMade({ dialect: responses, deltas: ({ model, ask }) => responseDeltas(model, ask) });
leaves({
  dialect: responses,
  leave: async ({ model, ask }) => {
    const stream = await api().responses.create({ model, input: ask, stream: true });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') {
        stream.controller.abort();
      }
    }
  },
});

async function* responseDeltas(model, ask) {
  for await (const event of await api().responses.create({ model, input: ask, stream: true })) {
    if (event.type === 'response.output_text.delta') {
      yield event;
    }
  }
}

test(`${responses}: events are numbered and come in order, and the last one holds the whole answer`, async () => {
  const seen = [];
  for await (const event of await api().responses.create({ model: guide, input: 'What is 2+2?', temperature: 0, stream: true })) {
    seen.push(event);
  }

  assert.deepEqual(seen.map(event => event.sequence_number), seen.map((_, place) => place));
  const order = ['response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added', 'response.output_text.delta',
    'response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.completed'];
  assert.deepEqual([...new Set(seen.map(event => event.type))], order);
  const { response } = seen.at(-1);
  assert.equal(textOf(response).trim(), '2 + 2 = 4');
  assert.equal(new Set(seen.filter(event => event.response).map(event => event.response.id)).size, 1);
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
});

test(`${responses}: reasoning is an item of its own`, async () => {
  const { answer } = await respond({ model: guide, stream: true, input: sum });
  assert.deepEqual(answer.output.map(item => item.type), ['reasoning', 'message']);
  assert.equal(textOf(answer).trim(), sumAnswer);
});

// The demo model was taught functions alone: what it writes into such a tool is its own affair, that it does is not.
test(`${responses}: a tool without a schema is called with a text, and takes a result`, async () => {
  const tools = [{ type: 'custom', name: tool.name, description: tool.description }];
  const request = { model: guide, temperature: 0, input: user(weather), tools, tool_choice: { type: 'custom', name: tool.name } };
  const answer = api().responses.stream(request);
  const pieces = [];
  answer.on('response.custom_tool_call_input.delta', event => pieces.push(event.delta));
  const { output: [call] } = await answer.finalResponse();
  assert.deepEqual([call.type, call.name, call.status], ['custom_tool_call', tool.name, 'completed']);
  assert.ok(pieces.length > 0 && !call.input.startsWith('{'), call.input);
  assert.equal(pieces.join(''), call.input);
  assert.equal((await api().responses.create(request)).output[0].input, call.input);

  const input = [...user(weather), call, { type: 'custom_tool_call_output', call_id: call.call_id, output: weatherResult }];
  assert.equal((await api().responses.create({ ...request, input, tool_choice: 'auto' })).status, 'completed');
});

test(`${responses}: instructions and a schema are kept to`, async () => {
  const schema = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'], additionalProperties: false };
  const { answer } = await respond({
    model: guide, instructions: 'Answer briefly.', input: 'What is 2+2?', max_output_tokens: 64, text: { format: { type: 'json_schema', name: 'sum', strict: true, schema } },
  });
  assert.ok(Number.isInteger(JSON.parse(textOf(answer)).sum), textOf(answer));
});

test(`${responses}: an answer cut short says so`, async () => {
  const { answer } = await respond({ model: guide, input: 'Tell me a story.', max_output_tokens: 16 });
  assert.equal(answer.status, 'incomplete');
  assert.equal(answer.incomplete_details.reason, 'max_output_tokens');
});

test(`${responses}: an unknown model is NotFoundError with its code`, async () => {
  await assert.rejects(api().responses.create({ model: 'demo-gide', input: 'hello' }), error => {
    assert.ok(error instanceof OpenAI.NotFoundError, String(error));
    assert.equal(error.code, 'model_not_found');
    return true;
  });
});

// The rest

test('OpenAI embeddings: floats and base64 are the same vector, and one comes for each input', async () => {
  const input = ['rain', 'the capital of France'];
  const decoded = await api().embeddings.create({ model: embedder, input });
  const floats = await api().embeddings.create({ model: embedder, input, encoding_format: 'float' });
  assert.equal(decoded.data.length, 2);
  assert.ok(floats.data[0].embedding.length > 1);
  for (const [place, { embedding }] of floats.data.entries()) {
    assert.deepEqual([...decoded.data[place].embedding].map(Math.fround), embedding.map(Math.fround));
  }

  assert.notDeepEqual(floats.data[0].embedding, floats.data[1].embedding);
  assert.ok(floats.usage.prompt_tokens > 0);
});

test('OpenAI completions: the older route completes', async () => {
  await load(guide);
  const answer = await api().completions.create({ model: guide, prompt: 'The capital of France is', temperature: 0, max_tokens: 8 });
  assert.ok(answer.choices[0].text.length > 0);
  assert.equal(answer.object, 'text_completion');
});

test('OpenAI models: the list has both demo models, and each can be looked up', async () => {
  const ids = [];
  for await (const model of api().models.list()) {
    ids.push(model.id);
  }

  assert.ok(ids.includes('demo-guide') && ids.includes('demo-poet'), ids.join(' '));
  assert.equal((await api().models.retrieve('demo-poet')).id, 'demo-poet');
  await assert.rejects(api().models.retrieve('demo-gide'), OpenAI.NotFoundError);
});

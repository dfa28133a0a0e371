// The @anthropic-ai/sdk package.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, conversation, events, keptAlive, keptAliveWhole, leaves, sum, sumAnswer, tool, weather, weatherResult } from './support/stories.mjs';

const client = '@anthropic-ai/sdk';
const dialect = 'Anthropic Messages';
const api = fetch => new Anthropic({ baseURL: url, apiKey: 'dummy', maxRetries: 0, ...(fetch && { fetch }) });
const tools = [{ name: tool.name, description: tool.description, input_schema: tool.schema }];
const user = content => [{ role: 'user', content }];
const textOf = message => message.content.filter(block => block.type === 'text').map(block => block.text).join('');

async function once({ fetch, stream, ...request }) {
  const body = { max_tokens: 200, temperature: 0, ...request };
  if (!stream) {
    return { message: await api(fetch).messages.create(body), pieces: 1 };
  }

  const answer = api(fetch).messages.stream(body);
  let pieces = 0;
  answer.on('text', () => pieces++);
  return { message: await answer.finalMessage(), pieces };
}

async function text({ model, stream, ask, fetch }) {
  const { message, pieces } = await once({ fetch, model, stream, messages: user(ask) });
  assert.equal(message.stop_reason, 'end_turn');
  return { text: textOf(message), pieces };
}

conversation({
  client, dialect, route: '/v1/messages', text,
  tools: async ({ model, stream }) => {
    const { message } = await once({ model, stream, messages: user(weather), tools });
    assert.equal(message.stop_reason, 'tool_use');
    const call = message.content.find(block => block.type === 'tool_use');
    const result = { type: 'tool_result', tool_use_id: call.id, content: weatherResult };
    const { message: last } = await once({ model, stream, messages: [...user(weather), { role: 'assistant', content: message.content }, ...user([result])], tools });
    return { name: call.name, location: call.input.location, text: textOf(last) };
  },
});
keptAlive({ dialect, fillers: events('ping'), text });
keptAliveWhole({ dialect, text });
arrivesAsItIsMade({ dialect, deltas: ({ model, ask }) => deltas(model, ask) });
leaves({
  dialect,
  leave: async ({ model, ask }) => {
    const stream = await api().messages.create({ model, max_tokens: 500, messages: user(ask), stream: true });
    for await (const event of stream) {
      if (event.type === 'content_block_delta') {
        stream.controller.abort();
      }
    }
  },
});

async function* deltas(model, ask) {
  for await (const event of await api().messages.create({ model, max_tokens: 500, messages: user(ask), stream: true })) {
    if (event.type === 'content_block_delta') {
      yield event;
    }
  }
}

test(`${dialect}: events come in the documented order`, async () => {
  const types = [];
  for await (const event of await api().messages.create({ model: guide, max_tokens: 100, temperature: 0, messages: user('What is 2+2?'), stream: true })) {
    types.push(event.type);
  }

  const order = ['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop'];
  assert.deepEqual([...new Set(types)].filter(type => type !== 'ping'), order);
});

for (const stream of [false, true]) {
  test(`${dialect}: thinking is a block of its own, ${stream ? 'streamed' : 'whole'}`, async () => {
    const { message } = await once({ model: guide, stream, max_tokens: 1500, temperature: undefined, top_k: 1, thinking: { type: 'enabled', budget_tokens: 1024 }, messages: user(sum) });
    assert.deepEqual(message.content.map(block => block.type), ['thinking', 'text']);
    assert.ok(message.content[0].thinking.trim().length > 0);
    assert.equal(textOf(message).trim(), sumAnswer);
  });
}

test(`${dialect}: system blocks, stop sequences and usage`, async () => {
  const { message } = await once({
    model: guide, stream: false, system: [{ type: 'text', text: 'Answer briefly.', cache_control: { type: 'ephemeral' } }], messages: user('Count to 7'), stop_sequences: ['5'],
  });
  assert.equal(message.stop_reason, 'stop_sequence');
  assert.equal(message.stop_sequence, '5');
  assert.match(textOf(message), /^1, 2, 3, 4,\s*$/);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
  assert.equal(message.model, guide);
});

test(`${dialect}: an answer cut short says so`, async () => {
  const { message } = await once({ model: guide, stream: true, max_tokens: 12, messages: user('Tell me a story.') });
  assert.equal(message.stop_reason, 'max_tokens');
});

test(`${dialect}: tokens are counted as the engine counts them`, async () => {
  const messages = user('What is the capital of France?');
  const { input_tokens: counted } = await api().messages.countTokens({ model: guide, messages });
  const { message } = await once({ model: guide, stream: false, messages });
  assert.equal(counted, message.usage.input_tokens);
  const { input_tokens: more } = await api().messages.countTokens({ model: guide, messages, tools, system: 'Answer briefly.' });
  assert.ok(more > counted);
});

test(`${dialect}: beta requests are understood`, async () => {
  const answer = await api().beta.messages.create({ model: guide, max_tokens: 50, temperature: 0, messages: user('What is 2+2?'), betas: ['interleaved-thinking-2025-05-14'] });
  assert.equal(textOf(answer).trim(), '2 + 2 = 4');
});

for (const stream of [false, true]) {
  test(`${dialect}: an unknown model is NotFoundError of its type, ${stream ? 'streamed' : 'whole'}`, async () => {
    await assert.rejects(once({ model: 'demo-gide', stream, messages: user('hello') }), error => {
      assert.ok(error instanceof Anthropic.NotFoundError, String(error));
      assert.equal(error.status, 404);
      assert.equal(error.type ?? error.error?.error?.type, 'not_found_error');
      assert.match(error.message, /demo-guide/);
      return true;
    });
  });
}

test(`${dialect}: a body of the wrong shape is BadRequestError and names the field`, async () => {
  await assert.rejects(api().messages.create({ model: guide, max_tokens: 10, messages: 'hello' }), error => {
    assert.ok(error instanceof Anthropic.BadRequestError, String(error));
    assert.equal(error.type ?? error.error?.error?.type, 'invalid_request_error');
    assert.match(error.message, /messages/);
    return true;
  });
});

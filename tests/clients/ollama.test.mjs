// The ollama package: Ollama's own client for JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ollama } from 'ollama';
import { embedder, guide, load, poet, url } from './support/router.mjs';
import { arrivesAsItIsMade, capital, conversation, emptyLines, keptAlive, keptAliveWhole, leaves, sum, sumAnswer, tool, weather, weatherResult } from './support/stories.mjs';

const client = 'ollama';
const api = fetch => new Ollama({ host: url, ...(fetch && { fetch }) });
const tools = [{ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema } }];
const user = content => [{ role: 'user', content }];
const options = { temperature: 0 };

// Chat

const chat = 'Ollama chat';

/** One message out of an answer, whole or in pieces. */
async function say({ fetch, stream, ...request }) {
  const answer = await api(fetch).chat({ options, stream, ...request });
  if (!stream) {
    return { message: answer.message, pieces: 1, last: answer };
  }

  const message = { role: 'assistant', content: '', thinking: '' };
  let pieces = 0;
  let last;
  for await (const part of answer) {
    last = part;
    pieces += part.message.content === '' ? 0 : 1;
    message.content += part.message.content;
    message.thinking += part.message.thinking ?? '';
    if (part.message.tool_calls) {
      message.tool_calls = [...(message.tool_calls ?? []), ...part.message.tool_calls];
    }
  }

  assert.equal(last.done, true);
  return { message, pieces, last };
}

async function chatText({ model, stream, ask, fetch }) {
  const { message, pieces } = await say({ fetch, model, stream, messages: user(ask) });
  return { text: message.content, pieces };
}

conversation({
  client, dialect: chat, route: '/api/chat', text: chatText,
  tools: async ({ model, stream }) => {
    const { message } = await say({ model, stream, messages: user(weather), tools });
    const [{ function: call }] = message.tool_calls;
    const messages = [...user(weather), message, { role: 'tool', content: weatherResult, tool_name: call.name }];
    const { message: last } = await say({ model, stream, messages, tools });
    return { name: call.name, location: call.arguments.location, text: last.content };
  },
});
keptAlive({ dialect: chat, fillers: emptyLines(line => line.message.content), text: chatText });
keptAliveWhole({ dialect: chat, text: chatText });
arrivesAsItIsMade({ dialect: chat, deltas: ({ model, ask }) => chatDeltas(model, ask) });
leaves({
  dialect: chat,
  leave: async ({ model, ask }) => {
    const one = api();
    await assert.rejects(async () => {
      for await (const part of await one.chat({ model, messages: user(ask), stream: true })) {
        if (part.message.content !== '') {
          one.abort();
        }
      }
    }, { name: 'AbortError' });
  },
});

async function* chatDeltas(model, ask) {
  for await (const part of await api().chat({ model, messages: user(ask), stream: true })) {
    if (part.message.content !== '') {
      yield part;
    }
  }
}

for (const stream of [false, true]) {
  test(`${chat}: thinking stands apart from the answer, ${stream ? 'streamed' : 'whole'}`, async () => {
    const { message } = await say({ model: guide, stream, think: true, messages: user(sum) });
    assert.equal(message.content.trim(), sumAnswer);
    assert.ok(message.thinking.trim().length > 0);
  });

  test(`${chat}: a schema is kept to, ${stream ? 'streamed' : 'whole'}`, async () => {
    const format = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] };
    const { message } = await say({ model: guide, stream, format, messages: user('What is 2+2?'), options: { ...options, num_predict: 64 } });
    assert.ok(Number.isInteger(JSON.parse(message.content).sum), message.content);
  });
}

test(`${chat}: the last part has counts and durations`, async () => {
  for (const stream of [false, true]) {
    const { last } = await say({ model: guide, stream, messages: user('What is 2+2?') });
    assert.equal(last.done_reason, 'stop');
    assert.equal(last.model, guide);
    for (const figure of ['prompt_eval_count', 'eval_count', 'total_duration', 'prompt_eval_duration', 'eval_duration']) {
      assert.ok(last[figure] > 0, `${figure} is ${last[figure]}`);
    }

    assert.ok(last.load_duration >= 0);
    assert.ok(Date.parse(last.created_at) > 0);
  }
});

test(`${chat}: num_predict cuts the answer short`, async () => {
  const { last } = await say({ model: guide, stream: false, messages: user('Tell me a story.'), options: { ...options, num_predict: 8 } });
  assert.equal(last.done_reason, 'length');
  assert.equal(last.eval_count, 8);
});

for (const stream of [false, true]) {
  test(`${chat}: an unknown model is an error with its status, ${stream ? 'streamed' : 'whole'}`, async () => {
    await assert.rejects(say({ model: 'demo-gide', stream, messages: user('hello') }), error => {
      assert.equal(error.name, 'ResponseError');
      assert.equal(error.status_code, 404);
      assert.match(error.message, /demo-gide/);
      return true;
    });
  });
}

test(`${chat}: a body of the wrong shape is an error with its status`, async () => {
  await assert.rejects(api().chat({ model: guide, messages: 'hello' }), error => {
    assert.equal(error.name, 'ResponseError');
    assert.equal(error.status_code, 400);
    assert.match(error.message, /messages/);
    return true;
  });
});

// Generate

const generate = 'Ollama generate';

async function generateText({ model, stream, ask, fetch }) {
  const answer = await api(fetch).generate({ model, prompt: ask, stream, options });
  if (!stream) {
    return { text: answer.response, pieces: 1 };
  }

  let text = '';
  let pieces = 0;
  for await (const part of answer) {
    text += part.response;
    pieces += part.response === '' ? 0 : 1;
  }

  return { text, pieces };
}

conversation({ client, dialect: generate, route: '/api/generate', text: generateText });
keptAlive({ dialect: generate, fillers: emptyLines(line => line.response), text: generateText });
keptAliveWhole({ dialect: generate, text: generateText });
arrivesAsItIsMade({ dialect: generate, deltas: ({ model, ask }) => generateDeltas(model, ask) });

async function* generateDeltas(model, ask) {
  for await (const part of await api().generate({ model, prompt: ask, stream: true })) {
    if (part.response !== '') {
      yield part;
    }
  }
}

// The rest

test('Ollama embeddings: one vector for each input, of length 1', async () => {
  const { embeddings, prompt_eval_count: counted } = await api().embed({ model: embedder, input: ['rain', 'the capital of France'] });
  assert.equal(embeddings.length, 2);
  for (const vector of embeddings) {
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3, `its length is ${Math.hypot(...vector)}`);
  }

  assert.ok(counted > 0);
  const { embedding } = await api().embeddings({ model: embedder, prompt: 'rain' });
  assert.equal(embedding.length, embeddings[0].length);
});

test('Ollama lists: every model has what clients read', async () => {
  const { models } = await api().list();
  const names = models.map(model => model.name);
  assert.ok(names.some(name => name.startsWith(guide)) && names.some(name => name.startsWith(poet)), names.join(' '));
  for (const { name, model, modified_at: modified, size, digest, details } of models) {
    assert.ok(typeof model === 'string' && typeof digest === 'string' && size >= 0 && !Number.isNaN(Date.parse(modified)), name);
    assert.ok(['format', 'family', 'parameter_size', 'quantization_level'].every(field => typeof details[field] === 'string'), `${name}: ${JSON.stringify(details)}`);
  }
});

test('Ollama lists: every name in the list can be asked for', async () => {
  const { models } = await api().list();
  const { name } = models.find(model => model.name.startsWith(guide));
  const { message } = await say({ model: name, stream: false, messages: user(capital) });
  assert.match(message.content, /Paris/);
});

test('Ollama show: capabilities and context length, as VS Code needs them', async () => {
  const shown = await api().show({ model: guide });
  assert.ok(shown.capabilities.includes('completion') && shown.capabilities.includes('tools'), shown.capabilities.join(' '));
  const architecture = shown.model_info['general.architecture'];
  assert.equal(architecture, 'llama');
  assert.equal(shown.model_info[`${architecture}.context_length`], 2048);
  assert.ok(shown.template.length > 0);
  await assert.rejects(api().show({ model: 'demo-gide' }), { name: 'ResponseError', status_code: 404 });
});

test('Ollama ps: what is resident, its size and until when', async () => {
  await load(poet);
  await load(guide);
  const { models } = await api().ps();
  assert.ok(models.some(model => model.name.startsWith(guide)) && !models.some(model => model.name.startsWith(poet)), JSON.stringify(models));
  const here = models.find(model => model.name.startsWith(guide));
  assert.ok(here.size > 0 && here.size_vram >= 0);
  assert.match(here.expires_at, /(Z|[+-]\d\d:\d\d)$/);
});

test('Ollama generate: an empty prompt loads the model', async () => {
  await load(poet);
  const loaded = await api().generate({ model: guide, prompt: '' });
  assert.equal(loaded.done, true);
  assert.equal(loaded.response, '');
  assert.ok((await api().ps()).models.some(model => model.name.startsWith(guide)));
});

test('Ollama version: numeric, and new enough for VS Code', async () => {
  const { version } = await api().version();
  const [major, minor, patch] = version.split('.').map(Number);
  assert.ok(major > 0 || minor > 6 || (minor === 6 && patch >= 4), version);
});

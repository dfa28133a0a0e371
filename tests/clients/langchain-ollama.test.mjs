// @langchain/ollama.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatOllama, OllamaEmbeddings } from '@langchain/ollama';
import { HumanMessage } from '@langchain/core/messages';
import { asking } from './support/langchain.mjs';
import { embedder, guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, conversation, emptyLines, keptAlive } from './support/stories.mjs';

const dialect = 'Ollama chat';
const chatModel = ({ model, fetch, more }) => new ChatOllama({ model, baseUrl: url, temperature: 0, maxRetries: 0, ...(fetch && { fetch }), ...more });
const { text, tools, deltas } = asking(chatModel);

// It streams under the hood whatever it is asked: there is no answer in one piece to run.
conversation({ client: '@langchain/ollama', dialect, route: '/api/chat', text, tools, streams: [true] });
keptAlive({ dialect, fillers: emptyLines(line => line.message.content), text });
arrivesAsItIsMade({ dialect, deltas });
// Nothing about hanging up: when its signal ends a stream it stops reading and leaves the connection open, so that nobody can see it go.

test(`${dialect}: a JSON schema is kept to`, async () => {
  const format = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] };
  const answer = await chatModel({ model: guide, more: { format, numPredict: 64 } }).invoke([new HumanMessage('What is 2+2?')]);
  assert.ok(Number.isInteger(JSON.parse(answer.text).sum), answer.text);
});

test(`${dialect}: an unknown model is an error with its status`, async () => {
  await assert.rejects(text({ model: 'demo-gide', stream: true, ask: 'hello' }), error => {
    assert.equal(error.status_code ?? error.status, 404, String(error));
    return true;
  });
});

test('Ollama embeddings: one vector for each document', async () => {
  const vectors = await new OllamaEmbeddings({ model: embedder, baseUrl: url, maxRetries: 0 }).embedDocuments(['rain', 'the capital of France']);
  assert.equal(vectors.length, 2);
});

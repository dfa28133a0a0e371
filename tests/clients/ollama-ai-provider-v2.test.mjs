// The AI SDK (ai) with ollama-ai-provider-v2, which Cline uses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedMany } from 'ai';
import { createOllama } from 'ollama-ai-provider-v2';
import { embedder, guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, conversation, emptyLines, keptAlive, keptAliveWhole, leaves, sumAnswer } from './support/stories.mjs';
import { asking } from './support/vercel.mjs';

const dialect = 'Ollama chat';
const provider = fetch => createOllama({ baseURL: `${url}/api`, ...(fetch && { fetch }) });
const { text, tools, deltas, leave, reason } = asking(({ model, fetch }) => provider(fetch)(model));

conversation({ client: 'ollama-ai-provider-v2', dialect, route: '/api/chat', text, tools });
keptAlive({ dialect, fillers: emptyLines(line => line.message.content), text });
keptAliveWhole({ dialect, text });
arrivesAsItIsMade({ dialect, deltas });
leaves({ dialect, leave });

test(`${dialect}: thinking stands apart from the answer`, async () => {
  for (const stream of [false, true]) {
    const answer = await reason({ model: guide, stream, more: { providerOptions: { ollama: { think: true } } } });
    assert.equal(answer.text.trim(), sumAnswer);
    assert.ok(answer.reasoning?.trim().length > 0);
  }
});

test('Ollama embeddings: one vector for each value', async () => {
  const { embeddings } = await embedMany({ model: provider().embedding(embedder), values: ['rain', 'the capital of France'], maxRetries: 0 });
  assert.equal(embeddings.length, 2);
});

for (const stream of [false, true]) {
  test(`${dialect}: an unknown model is an error with its status, ${stream ? 'streamed' : 'whole'}`, async () => {
    await assert.rejects(text({ model: 'demo-gide', stream, ask: 'hello' }), error => {
      assert.equal(error.statusCode, 404, String(error));
      assert.match(error.responseBody, /demo-gide/);
      return true;
    });
  });
}

// The AI SDK (ai) with @ai-sdk/openai-compatible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany } from 'ai';
import { embedder, guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, comments, conversation, keptAlive, keptAliveWhole, leaves, sumAnswer } from './support/stories.mjs';
import { asking } from './support/vercel.mjs';

const dialect = 'OpenAI chat';
const provider = fetch => createOpenAICompatible({ name: 'lockkeeper', baseURL: `${url}/v1`, apiKey: 'dummy', includeUsage: true, supportsStructuredOutputs: true, ...(fetch && { fetch }) });
const { text, tools, deltas, leave, reason, object } = asking(({ model, fetch }) => provider(fetch)(model));

conversation({ client: '@ai-sdk/openai-compatible', dialect, route: '/v1/chat/completions', text, tools });
keptAlive({ dialect, fillers: comments, text });
keptAliveWhole({ dialect, text });
arrivesAsItIsMade({ dialect, deltas });
leaves({ dialect, leave });

for (const stream of [false, true]) {
  test(`${dialect}: reasoning stands apart from the answer, ${stream ? 'streamed' : 'whole'}`, async () => {
    const answer = await reason({ model: guide, stream });
    assert.equal(answer.text.trim(), sumAnswer);
    assert.ok(answer.reasoning?.trim().length > 0);
  });
}

test(`${dialect}: an object of a schema`, async () => {
  const made = await object({ type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'], additionalProperties: false }, { model: guide, prompt: 'What is 2+2?' });
  assert.ok(Number.isInteger(made.sum));
});

test('OpenAI embeddings: one vector for each value', async () => {
  const { embeddings } = await embedMany({ model: provider().embeddingModel(embedder), values: ['rain', 'the capital of France'], maxRetries: 0 });
  assert.equal(embeddings.length, 2);
  assert.ok(embeddings[0].length > 1);
});

for (const stream of [false, true]) {
  test(`${dialect}: an unknown model is APICallError with its status, ${stream ? 'streamed' : 'whole'}`, async () => {
    await assert.rejects(text({ model: 'demo-gide', stream, ask: 'hello' }), error => {
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, 404);
      assert.match(error.message, /demo-guide/);
      return true;
    });
  });
}

// @langchain/openai: chat completions, responses, embeddings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { asking } from './support/langchain.mjs';
import { embedder, guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, comments, conversation, events, keptAlive, keptAliveWhole, leaves } from './support/stories.mjs';

const client = '@langchain/openai';
const configuration = fetch => ({ baseURL: `${url}/v1`, ...(fetch && { fetch }) });
const chatModel = (useResponsesApi, more) => ({ model, fetch }) =>
  new ChatOpenAI({ model, apiKey: 'dummy', temperature: 0, maxRetries: 0, useResponsesApi, configuration: configuration(fetch), ...more });

const dialects = [
  { dialect: 'OpenAI chat', route: '/v1/chat/completions', fillers: comments, responses: false },
  { dialect: 'OpenAI Responses', route: '/v1/responses', fillers: events('response.in_progress'), responses: true },
];
for (const { dialect, route, fillers, responses } of dialects) {
  const { text, tools, deltas, leave } = asking(chatModel(responses));
  conversation({ client, dialect, route, text, tools });
  keptAlive({ dialect, fillers, text });
  keptAliveWhole({ dialect, text });
  arrivesAsItIsMade({ dialect, deltas });
  leaves({ dialect, leave });

  test(`${dialect}: an unknown model is an error with its status and code`, async () => {
    for (const stream of [false, true]) {
      await assert.rejects(text({ model: 'demo-gide', stream, ask: 'hello' }), error => {
        assert.equal(error.status, 404, String(error));
        assert.equal(error.code, 'model_not_found');
        return true;
      });
    }
  });

  test(`${dialect}: structured output is of its schema`, async () => {
    const schema = { title: 'sum', type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'], additionalProperties: false };
    const made = await chatModel(responses, { maxTokens: 64 })({ model: guide }).withStructuredOutput(schema, { method: 'jsonSchema', strict: true }).invoke([new HumanMessage('What is 2+2?')]);
    assert.ok(Number.isInteger(made.sum), JSON.stringify(made));
  });
}

test('OpenAI embeddings: one vector for each document', async () => {
  const vectors = await new OpenAIEmbeddings({ model: embedder, apiKey: 'dummy', maxRetries: 0, configuration: configuration() }).embedDocuments(['rain', 'the capital of France']);
  assert.equal(vectors.length, 2);
  assert.ok(vectors[0].length > 1);
});

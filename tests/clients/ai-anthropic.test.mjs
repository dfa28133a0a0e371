// The AI SDK (ai) with @ai-sdk/anthropic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { APICallError } from 'ai';
import { guide, url } from './support/router.mjs';
import { arrivesAsItIsMade, conversation, events, keptAlive, keptAliveWhole, leaves, sumAnswer } from './support/stories.mjs';
import { asking } from './support/vercel.mjs';

const dialect = 'Anthropic Messages';
const { text, tools, deltas, leave, reason } = asking(({ model, fetch }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'dummy', ...(fetch && { fetch }) })(model));

conversation({ client: '@ai-sdk/anthropic', dialect, route: '/v1/messages', text, tools });
keptAlive({ dialect, fillers: events('ping'), text });
keptAliveWhole({ dialect, text });
arrivesAsItIsMade({ dialect, deltas });
leaves({ dialect, leave });

test(`${dialect}: thinking stands apart from the answer`, async () => {
  for (const stream of [false, true]) {
    const thinking = { providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } }, temperature: undefined, topK: 1 };
    const answer = await reason({ model: guide, stream, more: thinking });
    assert.equal(answer.text.trim(), sumAnswer);
    assert.ok(answer.reasoning?.trim().length > 0);
  }
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

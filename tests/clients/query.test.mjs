// Lockkeeper's own /v1/query, in sluice's shape. It has no SDK on npm: Node's fetch is the client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guide, url } from './support/router.mjs';
import { conversation, sum, sumAnswer } from './support/stories.mjs';

const client = 'fetch of Node.js';
const dialect = 'Query';

async function query(body) {
  const answer = await fetch(`${url}/v1/query`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return { http: answer.status, body: await answer.json() };
}

conversation({
  client, dialect, route: '/v1/query', streams: [false],
  text: async ({ model, ask }) => {
    const { http, body } = await query({ model, prompt: ask, temperature: 0 });
    assert.equal(http, 200);
    assert.equal(body.status, 'ok');
    assert.equal(body.source, 'local');
    return { text: body.result, pieces: 1 };
  },
});

test(`${dialect}: thinking is left out of the result`, async () => {
  const { http, body } = await query({ model: guide, prompt: sum, temperature: 0 });
  assert.equal(http, 200);
  assert.equal(body.result.trim(), sumAnswer);
});

test(`${dialect}: what is wrong is refused with its own status`, async () => {
  assert.equal((await query({ model: 'demo-gide', prompt: 'hello' })).http, 404);
  assert.equal((await query({ model: guide, prompt: 7 })).http, 400);
});

test(`${dialect}: the state of the queue can be asked for`, async () => {
  const answer = await fetch(`${url}/v1/queue/status`);
  assert.equal(answer.status, 200);
  assert.equal(typeof (await answer.json()).pending, 'number');
});

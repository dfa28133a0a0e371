// The router under test, asked over its own API: what is resident, and what became of a request.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

export const url = (process.env.LOCKKEEPER_URL ?? 'http://127.0.0.1:5590').replace(/\/$/, '');

/** Models of the configuration that tests/Lockkeeper.Clients.Tests starts the router with. */
export const guide = 'demo-guide';
export const poet = 'demo-poet';
/** The guide again, by an engine that takes a second more to start: long enough for several keep-alives. */
export const late = 'late-guide';
/** A fake engine that streams twenty chunks, 100 ms apart. */
export const ticker = 'ticker';
/** The same with two hundred, 50 ms apart. */
export const marathon = 'marathon';
export const embedder = 'demo-embedder';

/** Loads a model and waits for it; in an exclusive pool whatever was there has gone. */
export async function load(model) {
  const answer = await fetch(`${url}/admin/models/${model}/load`, { method: 'POST' });
  assert.equal(answer.status, 200, await answer.text());
}

/** The requests of the journal, latest first. */
export async function requests(limit = 20) {
  const answer = await fetch(`${url}/admin/requests?limit=${limit}`);
  assert.equal(answer.status, 200);
  return (await answer.json()).requests;
}

/** The inference requests that reach the router during `work`, in their order, once all of them have ended: a client has its last byte before the router is done. */
export async function watched(work) {
  const latest = (await requests(1))[0]?.id ?? '';
  await work();
  let entries;
  for (const until = Date.now() + 20_000; Date.now() < until; await pause(20)) {
    entries = (await requests(50)).filter(entry => entry.id > latest && entry.model !== null).reverse();
    if (entries.every(entry => entry.state === 'ended')) {
      return entries;
    }
  }

  assert.fail(`not all have ended: ${JSON.stringify(entries)}`);
}

/** The latest request for a model, once it is as wanted. */
export async function eventually(model, wanted, within = 20_000) {
  let entry;
  for (const until = Date.now() + within; Date.now() < until; await pause(20)) {
    entry = (await requests()).find(one => one.model === model);
    if (entry !== undefined && wanted(entry)) {
      return entry;
    }
  }

  assert.fail(`no request for ${model} has become what was expected within ${within} ms; the latest is ${JSON.stringify(entry)}`);
}

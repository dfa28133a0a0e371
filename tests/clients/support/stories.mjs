// The same stories for every client. A suite says how its SDK asks; what has to come of it is said here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './cells.mjs';
import { eventually, guide, late, load, marathon, poet, ticker, watched } from './router.mjs';
import { Wire } from './wire.mjs';

export const capital = 'What is the capital of France?';
export const capitalAnswer = 'The capital of France is Paris.';
export const sum = 'What is 3+4? /think';
export const sumAnswer = '3 + 4 = 7';
export const weather = 'What is the weather in Paris?';
export const weatherResult = '18 degrees and sunny';
export const weatherAnswer = 'The weather in Paris is 18 degrees and sunny.';

/** The tool of the round trip; each SDK wraps name, description and schema in its own way. */
export const tool = {
  name: 'get_weather',
  description: 'Get the weather of a place',
  schema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};

/**
 * Text and tools, whole and streamed, by a resident model and by one that has to be swapped in: eight cells of the table, or four for a client without tools.
 * @param client  name of the package
 * @param dialect as in the table
 * @param route   path that every request of it has to take
 * @param text    `({ model, stream, ask }) => { text, pieces }`; `pieces`: how many deltas there were
 * @param tools   `({ model, stream }) => { name, location, text }`; calls, hands in the result, and answers
 */
export function conversation({ client, dialect, route, text, tools, streams = [false, true] }) {
  for (const cold of [true, false]) {
    for (const stream of streams) {
      const how = `${cold ? 'after a swap' : 'when resident'}, ${stream ? 'streamed' : 'whole'}`;
      test(`${dialect}: text, ${how}`, () => cell({ client, dialect, route, cold, stream, kind: 'text' }, async () => {
        const answer = await text({ model: guide, stream, ask: capital });
        assert.equal(answer.text.trim(), capitalAnswer);
        assert.ok(!stream || answer.pieces > 1, `${answer.pieces} deltas`);
      }));
      if (tools !== undefined) {
        test(`${dialect}: a call, its result and the answer, ${how}`, () => cell({ client, dialect, route, cold, stream, kind: 'tools' }, async () => {
          const answer = await tools({ model: guide, stream });
          assert.equal(answer.name, tool.name);
          assert.equal(answer.location, 'Paris');
          assert.equal(answer.text.trim(), weatherAnswer);
        }));
      }
    }
  }
}

/** Checks by the journal that the cell was what its name says, so that none is recorded that was not run. */
async function cell({ client, dialect, route, cold, stream, kind }, work) {
  await load(cold ? poet : guide);
  const entries = await watched(work);
  assert.ok(entries.length > 0, 'no request has reached the router');
  assert.equal(entries[0].load_ms > 0, cold, `loading took ${entries[0].load_ms} ms`);
  for (const entry of entries) {
    assert.equal(entry.route, route);
    assert.equal(entry.outcome, 'answered');
  }

  record(client, dialect, { cold, stream, tools: kind === 'tools' });
}

/**
 * A stream that waits for a late engine is told so again and again, and the client makes nothing of it.
 * @param fillers `text => number`: what stood on the wire before the first word of the answer
 * @param text    as in `conversation`, with the `fetch` to use
 */
export function keptAlive({ dialect, fillers, text }) {
  test(`${dialect}: a stream that waits a second for its model is kept alive, and reads as if it had not`, async () => {
    await load(poet);
    const wire = new Wire();
    const answer = await text({ model: late, stream: true, ask: capital, fetch: wire.fetch });
    assert.equal(answer.text.trim(), capitalAnswer);
    assert.ok(fillers(wire.text) >= 3, `${fillers(wire.text)} fillers in\n${wire.text}`);
  });
}

/** The same for an answer in one piece, which is kept alive by spaces before its JSON. */
export function keptAliveWhole({ dialect, text }) {
  test(`${dialect}: an answer in one piece that waits a second is kept alive by spaces, and reads as if it had not`, async () => {
    await load(poet);
    const wire = new Wire();
    const answer = await text({ model: late, stream: false, ask: capital, fetch: wire.fetch });
    assert.equal(answer.text.trim(), capitalAnswer);
    assert.match(wire.text, /^ {3,}\{/);
  });
}

/** Fillers by dialect. */
export const comments = text => before(text, /^(data|event):/m).split('\n').filter(line => line.startsWith(':')).length;
export const events = name => text => before(text, /output_item|content_block/).split('\n').filter(line => line === `event: ${name}`).length;
export const emptyLines = field => text => {
  const lines = text.trim().split('\n').map(line => JSON.parse(line));
  const first = lines.findIndex(line => line.done || field(line) !== '');
  return first;
};

const before = (text, mark) => text.slice(0, Math.max(0, text.search(mark)));

/**
 * Deltas come while the engine still works, and not in one go at the end.
 * @param deltas `({ model, ask }) => async iterable` with an element for each delta
 */
export function arrivesAsItIsMade({ dialect, deltas }) {
  test(`${dialect}: deltas arrive while the answer is being made`, async () => {
    await load(ticker);
    const times = [];
    for await (const _ of deltas({ model: ticker, ask: 'Tick.' })) {
      times.push(performance.now());
    }

    assert.ok(times.length >= 15, `${times.length} deltas`);
    assert.ok(times.at(-1) - times[0] > 500, `all came within ${times.at(-1) - times[0]} ms, and the engine takes two seconds`);
  });
}

/**
 * Who leaves in the middle of a stream frees the engine at once.
 * @param leave `({ model, ask }) => promise` that begins to stream, waits for a first delta and hangs up
 */
export function leaves({ dialect, leave }) {
  test(`${dialect}: hanging up in mid-stream frees the engine`, async () => {
    await load(marathon);
    await leave({ model: marathon, ask: 'Tick.' });
    const entry = await eventually(marathon, one => one.state === 'ended');
    assert.equal(entry.outcome, 'cancelled', JSON.stringify(entry));
    assert.ok(entry.duration_ms < 5000, `it ran for ${entry.duration_ms} ms, and all of it takes ten seconds`);
  });
}

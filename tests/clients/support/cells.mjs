// What was run, for the table of docs/compatibility.md: one JSON line for each combination that a client has got through.
import { appendFileSync } from 'node:fs';

const file = process.env.LOCKKEEPER_CELLS;

export function record(client, dialect, cell) {
  if (file !== undefined) {
    appendFileSync(file, JSON.stringify({ client, dialect, ...cell }) + '\n');
  }
}

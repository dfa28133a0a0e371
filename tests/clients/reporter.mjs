// One JSON line for each test that has ended, for the .NET tests to read: tests alone, not the suites and files around them.
import path from 'node:path';

const describe = error => {
  const cause = error?.cause ?? error;
  return cause === undefined ? '' : String(cause?.stack ?? cause?.message ?? cause);
};

export default async function* (source) {
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield JSON.stringify({ file: data.file ? path.basename(data.file) : null, said: data.message }) + '\n';
    } else if ((type === 'test:pass' || type === 'test:fail') && data.details?.type !== 'suite' && data.skip === undefined) {
      yield JSON.stringify({
        file: data.file ? path.basename(data.file) : data.name,
        name: data.name,
        ok: type === 'test:pass',
        error: type === 'test:fail' ? describe(data.details?.error) : '',
      }) + '\n';
    }
  }
}

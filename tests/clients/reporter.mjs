// One JSON line for each test that has ended, for the .NET tests to read.
const words = error => {
  const cause = error?.cause ?? error;
  return cause === undefined ? '' : String(cause?.stack ?? cause?.message ?? cause);
};

export default async function* (source) {
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') {
      yield JSON.stringify({ name: data.name, ok: type === 'test:pass', skipped: data.skip !== undefined || data.todo !== undefined, error: words(data.details?.error) }) + '\n';
    }
  }
}

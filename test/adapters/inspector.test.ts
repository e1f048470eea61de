import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { createInspector } from '../../src/adapters/inspector.ts';
import { inspectGzip } from '../../src/core/gzip.ts';

const inspector = createInspector({ threads: 2 });
const OPTIONS = { maxInflated: 1_000_000, keepContent: true };

afterAll(() => inspector.close());

/** A view into the middle of a shared buffer, as Buffer.from and sockets make them. */
function pooled(bytes: Uint8Array): { readonly view: Uint8Array; readonly around: Uint8Array } {
  const around = new Uint8Array(bytes.length + 64).fill(0xee);
  around.set(bytes, 32);
  return { view: around.subarray(32, 32 + bytes.length), around };
}

describe('the inspecting pool', () => {
  test('answers like the function itself, in order, and leaves the bytes to the caller', async () => {
    const contents = Array.from({ length: 203 }, (_, index) =>
      Buffer.from(`{"Records":[${'x'.repeat(index * 50)}${index}]}`),
    );
    const files = contents.map((content, index) =>
      index % 7 === 3 ? Buffer.from('no gzip at all, and not short either') : gzipSync(content),
    );
    const views = files.map((file) => pooled(file));
    const before = files.map((file) => createHash('sha256').update(file).digest('hex'));
    const results = await inspector.inspect(
      views.map(({ view }) => view),
      OPTIONS,
    );
    expect(results).toHaveLength(203);
    for (const [index, result] of results.entries()) {
      const expected = inspectGzip(files[index] ?? new Uint8Array(), OPTIONS);
      expect({ ...result, content: null }).toEqual({ ...expected, content: null });
      if (result.ok) expect(Buffer.from(result.content ?? []).equals(contents[index] ?? Buffer.alloc(0))).toBe(true);
    }
    expect(results.filter((result) => result.ok)).toHaveLength(174);
    expect(views.map(({ view }) => createHash('sha256').update(view).digest('hex'))).toEqual(before);
    expect(views.every(({ around }) => around[0] === 0xee && around.at(-1) === 0xee)).toBe(true);
  });

  test('works on small Buffers of the common pool, which cannot be handed over', async () => {
    const files = Array.from({ length: 20 }, (_, index) => Buffer.from(gzipSync(`small ${index}`)));
    const results = await inspector.inspect(files, OPTIONS);
    expect(results.map((result) => (result.ok ? Buffer.from(result.content ?? []).toString() : 'bad'))).toEqual(
      files.map((_, index) => `small ${index}`),
    );
    expect(files.every((file) => file.length > 0)).toBe(true);
  });

  test('keeps no content unless asked, and stops bombs', async () => {
    const files = [gzipSync('quiet'), gzipSync(Buffer.alloc(5_000_000))];
    const [quiet, bomb] = await inspector.inspect(files, { ...OPTIONS, keepContent: false });
    expect(quiet).toMatchObject({ ok: true, content: null, inflatedSize: 5 });
    expect(bomb).toMatchObject({ ok: false, tooLarge: true });
  });

  test('takes a small file that inflates to much to a thread, and answers in full', async () => {
    // 4 MiB of zeros are 4 KiB stored: inspected in place, many of them would keep sockets waiting.
    const files = [gzipSync('before'), gzipSync(Buffer.alloc(4 * 2 ** 20)), gzipSync('after')];
    const wide = { maxInflated: 64 * 2 ** 20, keepContent: true };
    const results = await inspector.inspect(files, wide);
    expect(results.map((result) => (result.ok ? result.inflatedSize : -1))).toEqual([6, 4 * 2 ** 20, 5]);
    for (const [index, result] of results.entries())
      expect({ ...result, content: null }).toEqual({ ...inspectGzip(files[index] ?? never(), wide), content: null });
  });

  test('holds the limit for contents, in place as on threads', async () => {
    const files = [gzipSync(Buffer.alloc(1001)), gzipSync(Buffer.alloc(1000))];
    const [over, fitting] = await inspector.inspect(files, { maxInflated: 1000, keepContent: false });
    expect(over).toMatchObject({ ok: false, tooLarge: true });
    expect(fitting).toMatchObject({ ok: true, inflatedSize: 1000 });
  });

  test('answers nothing for nothing', async () => {
    expect(await inspector.inspect([], OPTIONS)).toEqual([]);
  });
});

function never(): never {
  throw new Error('one result a file');
}

test('the changes that a log file tells of come from the threads as from here, and only when asked for', async () => {
  const event = {
    eventTime: '2026-05-31T00:00:00Z',
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    awsRegion: 'us-east-1',
    recipientAccountId: '111111111111',
    eventID: 'one',
    requestParameters: { name: 'main' },
  };
  const noise = Array.from({ length: 4000 }, (_, index) => ({
    eventID: createHash('sha256').update(`${index}`).digest('hex'),
  }));
  const content = JSON.stringify({ Records: [...noise, event] });
  const [small, large] = [gzipSync(JSON.stringify({ Records: [event] })), gzipSync(content)];
  expect(large.length).toBeGreaterThan(64 * 1024);
  for (const file of [small, large]) {
    const [asked] = await inspector.inspect([file], { ...OPTIONS, keepContent: false, trailChanges: true });
    const [unasked] = await inspector.inspect([file], { ...OPTIONS, keepContent: false });
    expect(asked?.ok === true && asked.changes.map(({ name, record }) => [name, record])).toEqual([
      ['StopLogging', JSON.stringify(event)],
    ]);
    expect(unasked?.ok === true && unasked.changes).toEqual([]);
  }
});

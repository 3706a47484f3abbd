import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, linesOf } from "./event-stream.ts";

async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of from) list.push(one);
  return list;
}

const STREAM =
  ": hello\r\nevent: verifier\r\ndata: one\r\n\r\nid: 7\nevent: batch\ndata: two\ndata:  lines\n\nretry: 5\rdata: ünï\r\revent: batch\ndata: cut off";

test("reads the same events however the stream is cut into pieces", async () => {
  const whole = await all(eventsOf(cut(STREAM, [10_000])));
  expect(whole).toEqual([
    { event: "verifier", data: "one", id: null },
    { event: "batch", data: "two\n lines", id: "7" },
    { event: "message", data: "ünï", id: "7" },
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
      async (sizes) => {
        expect(await all(eventsOf(cut(STREAM, sizes)))).toEqual(whole);
      },
    ),
  );
});

test("a line without end fills no memory", async () => {
  await expect(all(linesOf(cut("x".repeat(5_000), [100]), { maxLength: 1_000 }))).rejects.toThrow("too long");
});

test("bytes that are no UTF-8 end the stream", async () => {
  async function* bad() {
    yield Uint8Array.of(0x64, 0xff, 0x0a);
  }
  await expect(all(linesOf(bad()))).rejects.toThrow();
});

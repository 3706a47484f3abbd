import { type Authority, UnexpectedAnswer } from "./authority.ts";
import { linesOf } from "./event-stream.ts";
import { FactBook } from "./fact-book.ts";
import type { MessageReader } from "./feed-messages.ts";

/** Bytes must come at least so often. */
const STALL_MS = 30_000;

export type Snapshot = { book: FactBook; position: number; mark: string | null; at: number };

/**
 * Fetches everything that is in force. All parts of one snapshot, in their order, from the first to the one that says it is the last: whoever
 * misses one has no snapshot.
 *
 * @throws {ForgedMessage} for a part that the feed's key did not sign, {UnexpectedAnswer} for any answer but 200.
 */
export async function readSnapshot(
  authority: Authority,
  messages: MessageReader,
  instance: string,
): Promise<Snapshot> {
  const url = await authority.endpoint("feed");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/snapshot`;
  url.searchParams.set("instance", instance);
  const headers = { accept: "application/x-ndjson" };
  return authority.ask(url, { headers, timeoutMs: STALL_MS }, async (response, controller) => {
    if (response.status !== 200) throw new UnexpectedAnswer(url.pathname, response.status);
    let timer = setTimeout(stall, STALL_MS);
    function stall(): void {
      controller.abort(new Error("the snapshot does not come on"));
    }
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(stall, STALL_MS);
        yield chunk;
      }
    }
    try {
      return await assemble(linesOf(watched()), messages);
    } finally {
      clearTimeout(timer);
    }
  });
}

async function assemble(lines: AsyncIterable<string>, messages: MessageReader): Promise<Snapshot> {
  const book = new FactBook();
  let id: string | null = null;
  let position = 0;
  let next = 0;
  for await (const line of lines) {
    if (line === "") continue;
    const part = await messages.snapshotPart(line);
    if (id === null) {
      id = part.snapshot;
      position = part.position;
    }
    if (part.snapshot !== id || part.position !== position || part.part !== next)
      throw new Error(`part ${next} of the snapshot is missing`);
    next += 1;
    book.takeRevoked("token", part.revoked.token);
    book.takeRevoked("family", part.revoked.family);
    for (const fact of part.facts) book.take(fact);
    if (part.isLast) {
      book.setDisabledClients(part.disabledClients);
      return { book, position, mark: part.mark, at: part.at };
    }
  }
  throw new Error("the snapshot has no end");
}

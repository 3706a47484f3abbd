/** An event of a stream of server-sent events. */
export type StreamEvent = { event: string; data: string; id: string | null };

/** Characters of one event at most: a peer that never ends one fills no memory. */
const MAX_EVENT = 16 * 1024 * 1024;

/** Lines of a byte stream, without their ends (`\n`, `\r\n`, `\r`). */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  { isFatal = true, maxLength = MAX_EVENT } = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: isFatal });
  // pieces of a line whose end has not come: joined once, for a line can take hundreds of chunks
  let pieces: string[] = [];
  let length = 0;
  let isAfterReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    // the \n of a \r\n that was cut between two chunks ends no further line
    if (isAfterReturn && text.startsWith("\n")) text = text.slice(1);
    else if (text === "") continue;
    isAfterReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    const last = lines.pop() as string;
    const [first, ...others] = lines;
    if (first !== undefined) {
      yield pieces.join("") + first;
      yield* others;
      pieces = [];
      length = 0;
    }
    pieces.push(last);
    length += last.length;
    if (length > maxLength) throw new Error("a line of the stream is too long");
  }
  const rest = pieces.join("") + decoder.decode();
  if (rest !== "") yield rest;
}

/** Events of a `text/event-stream`. An event that the stream's end cuts off is dropped, as the standard has it. */
export async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let event = "message";
  let id: string | null = null;
  let data: string[] = [];
  let length = 0;
  for await (const line of linesOf(chunks)) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n"), id };
      event = "message";
      data = [];
      length = 0;
      continue;
    }
    if (line.startsWith(":")) continue;
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "data") {
      length += value.length;
      if (length > MAX_EVENT) throw new Error("an event of the stream is too long");
      data.push(value);
    }
  }
}

import type { IncomingMessage } from "node:http";

/** Bytes of a token request's form that are looked at here. */
const MAX_PLAIN_BYTES = 16 * 1_024;
/** Bytes of any body that the engine reads; a longer one it refuses. */
const MAX_BYTES = 56 * 1_024;

/** Whether the headers are those of a small plain form. */
export function isPlainForm({ headers }: IncomingMessage): boolean {
  return (
    headers["content-type"] === "application/x-www-form-urlencoded" &&
    headers["content-encoding"] === undefined &&
    Number(headers["content-length"]) <= MAX_PLAIN_BYTES
  );
}

function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method !== "POST") return false;
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = Number(headers["content-length"]);
  return length > 0 && length <= MAX_BYTES;
}

/**
 * The body of a request before the engine has it: whoever sends theirs slowly takes nobody's turn meanwhile.
 *
 * @returns null where there is none, or one that is announced as too long: then nothing was read of it. One in chunks that is too long is read so far that
 *   the engine sees it.
 * @throws where the connection breaks before the body is whole.
 */
export function readEngineBody(req: IncomingMessage): Promise<Buffer> | null {
  if (!hasBody(req)) return null;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    req.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) return;
      req.pause();
      req.removeAllListeners("data");
      done();
    });
    req.once("end", done);
    req.once("error", reject);
    // a connection that is cut ends a request that has begun with an error; this is for one that was over before anybody listened
    req.once("close", () => reject(new Error("the request was cut off")));
  });
}

/** Lets the engine read a body that was read before, as if it still came from the network. */
export function replayBody(req: IncomingMessage, body: Buffer): void {
  Object.defineProperties(req, {
    readable: { value: true, configurable: true },
    iterator: {
      value: async function* replay() {
        yield body;
      },
      configurable: true,
    },
  });
}

import type { IncomingMessage } from "node:http";

/** Bytes of a token request's form that are looked at here; the engine's own limit is above it. */
const MAX_BYTES = 16 * 1_024;

function isPlainForm(req: IncomingMessage): boolean {
  const { headers } = req;
  const length = Number(headers["content-length"]);
  return (
    headers["content-type"] === "application/x-www-form-urlencoded" &&
    headers["content-encoding"] === undefined &&
    length > 0 &&
    length <= MAX_BYTES
  );
}

/**
 * The form of a token request, or null where its headers are not those of a small plain form: then nothing was read of it.
 *
 * @throws where the connection breaks before the form is whole.
 */
export function readTokenRequest(req: IncomingMessage): Promise<Buffer> | null {
  if (!isPlainForm(req)) return null;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.once("error", reject);
    // a connection that is cut ends a request that has begun with an error; this is for one that was over before anybody listened
    req.once("close", () => reject(new Error("the request was cut off")));
  });
}

/** Lets the engine read a form that was read before, as if it still came from the network. */
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

import { nameGivenTwice } from "#lib/input/name-given-twice.ts";
import { RequestRefusal } from "./problem.ts";

const MAX_BODY_BYTES = 256 * 1024;

/**
 * The request's body as JSON, read no further than its bound, whatever length was announced.
 *
 * @throws {RequestRefusal} 413, 415, or 400 for what is not JSON or has a name twice.
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new RequestRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
  const bytes = await readBounded(request, MAX_BODY_BYTES);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidJson("The body is not UTF-8.");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidJson("The body is not JSON.");
  }
  const twice = nameGivenTwice(text);
  if (twice === null) return value;
  const path = twice.replaceAll("\0", "").toWellFormed().slice(0, 100) || "body";
  throw new RequestRefusal(400, "INVALID_INPUT", `${path}: is given twice`, [
    { path, message: "is given twice" },
  ]);
}

/** @throws {RequestRefusal} 413, or 400 for a body that breaks off */
export async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? "0");
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    // the connection ended in the middle of it: nobody is there to answer, and there is nothing to log
    const { done, value } = await reader.read().catch(() => {
      throw new RequestRefusal(400, "INCOMPLETE_BODY", "The body ended before it was whole.");
    });
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    parts.push(value);
  }
  return Buffer.concat(parts);
}

function invalidJson(message: string): RequestRefusal {
  return new RequestRefusal(400, "INVALID_INPUT", message, [{ path: "body", message }]);
}

function tooLarge(maxBytes: number): RequestRefusal {
  return new RequestRefusal(413, "TOO_LARGE", `The body is larger than ${maxBytes / 1024} KiB.`);
}

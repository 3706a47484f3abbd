import { MAX_JSON_BYTES, tooLargeWords } from "#lib/input/body-bound.ts";
import { nameGivenTwice } from "#lib/input/name-given-twice.ts";
import { whereJsonBreaks } from "#lib/input/where-json-breaks.ts";
import { RequestRefusal } from "./problem.ts";

/**
 * The request's body as JSON, read no further than its bound, whatever length was announced.
 *
 * @throws {RequestRefusal} 413, 415, or 400 for what is not JSON, saying where, or has a name twice.
 */
export async function readJson(request: Request): Promise<unknown> {
  requireJsonType(request);
  return parseJson(await readBounded(request, MAX_JSON_BYTES));
}

/**
 * The body of a request that takes none, as JSON where one came all the same; undefined for none, whatever type it says that it is of.
 *
 * @throws {RequestRefusal} as `readJson`
 */
export async function readNoJson(request: Request): Promise<unknown> {
  const bytes = await readBounded(request, MAX_JSON_BYTES);
  if (bytes.length === 0) return undefined;
  requireJsonType(request);
  return parseJson(bytes);
}

function requireJsonType(request: Request): void {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new RequestRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badBody("is not UTF-8");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badBody(whyNotJson(text));
  }
  const twice = nameGivenTwice(text);
  if (twice === null) return value;
  throw badBody("is given twice", twice.replaceAll("\0", "").toWellFormed().slice(0, 100) || "body");
}

function whyNotJson(text: string): string {
  if (text.trim() === "") return "is not JSON: it is empty";
  const { line, column, isCut } = whereJsonBreaks(text);
  return `is not JSON: it ${isCut ? "ends before it is whole" : "breaks"} at line ${line}, column ${column}`;
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

function badBody(message: string, path = "body"): RequestRefusal {
  return new RequestRefusal(400, "INVALID_INPUT", `${path}: ${message}`, [{ path, message }]);
}

function tooLarge(maxBytes: number): RequestRefusal {
  return new RequestRefusal(413, "TOO_LARGE", tooLargeWords(maxBytes));
}

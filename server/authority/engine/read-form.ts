import type { IncomingMessage } from "node:http";

/** A form that cannot be read. `status` is what to answer. */
export class BadForm extends Error {
  override name = "BadForm";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const MAX_BYTES = 16 * 1_024;

/**
 * Whether a browser sent this form from a page of ours. `Origin: null`, another one or none is refused.
 * @see https://html.spec.whatwg.org/#form-submission-algorithm
 */
function isFromHere(req: IncomingMessage, issuer: string): boolean {
  const site = req.headers["sec-fetch-site"];
  return req.headers.origin === issuer && (site === undefined || site === "same-origin");
}

/** @throws {BadForm} 403 for a form of another origin, 415 for another type, 413 for a large one, 400 for a field that comes twice. */
export async function readForm(req: IncomingMessage, issuer: string): Promise<URLSearchParams> {
  if (!isFromHere(req, issuer)) throw new BadForm(403, "This form was not sent from our own page.");
  const [type] = (req.headers["content-type"] ?? "").split(";");
  if (type?.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    throw new BadForm(415, "This is not a form.");
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    received += (chunk as Buffer).length;
    if (received > MAX_BYTES) throw new BadForm(413, "This form is too large.");
    chunks.push(chunk as Buffer);
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
  for (const name of form.keys())
    if (form.getAll(name).length > 1) throw new BadForm(400, "A field of this form comes twice.");
  return form;
}

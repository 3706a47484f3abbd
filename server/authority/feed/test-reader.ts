import { randomUUID } from "node:crypto";
import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  decodeProtectedHeader,
  type FetchImplementation,
  type JWTPayload,
  jwtVerify,
} from "jose";
import type { Fact } from "#lib/feed/fact.ts";
import { FeedModel } from "#lib/feed/test-feed-model.ts";
import type { OrderSubject } from "#lib/revocations/model.ts";

export type BatchPayload = JWTPayload & {
  at: number;
  after: number;
  to: number;
  head: number;
  mark?: string;
  facts: Fact[];
  disabled_clients: string[];
};

type SnapshotPayload = JWTPayload & {
  at: number;
  snapshot: string;
  part: number;
  position: number;
  mark?: string;
  revoked: { token: string; family: string };
  facts: Fact[];
  disabled_clients?: string[];
  last?: true;
};

/** What a verifier sees of a JWT access token of ours. */
export function subjectOf(token: string): OrderSubject {
  const claims = decodeJwt(token) as JWTPayload & {
    client_id: string;
    family?: string;
    sid?: string;
    scope?: string;
    groups: string[];
    rooted_at: number;
  };
  const { jti = "", sub = "", client_id, family, sid, scope = "", groups, rooted_at, aud = [] } = claims;
  return {
    id: jti,
    familyId: family ?? jti,
    sessionUid: sid ?? null,
    userId: sub === client_id ? null : sub,
    clientId: client_id,
    scopes: scope.split(" "),
    groups,
    audiences: [aud].flat(),
    signingKid: decodeProtectedHeader(token).kid ?? null,
    rootedAtMs: rooted_at,
  };
}

/** The library says only that an answer was not 200. */
const fetchKeys: FetchImplementation = async (url, options) => {
  const answer = await fetch(url, options);
  if (answer.status !== 200) throw new Error(`no keys: ${answer.status} ${await answer.text()}`);
  return answer;
};

export type ReaderOptions = {
  url: string;
  issuer: string;
  secret: string;
  instance?: string;
  algorithm?: string;
};

/** A reader of the feed that checks everything it is sent by the contract, with the published keys. */
export class TestReader {
  readonly instance: string;
  readonly model = new FeedModel();
  readonly batches: BatchPayload[] = [];
  readonly statements: JWTPayload[] = [];
  /** Every batch that came, as it was sent. */
  readonly sent: string[] = [];
  disabledClients: string[] = [];
  isOpen = false;
  #url: string;
  readonly #issuer: string;
  readonly #secret: string;
  readonly #algorithm: string;
  /** What the authority called the model's position. */
  mark: string | null = null;
  #keys: ReturnType<typeof createRemoteJWKSet>;
  #abort = new AbortController();

  constructor({ url, issuer, secret, instance = randomUUID(), algorithm = "ES256" }: ReaderOptions) {
    this.#algorithm = algorithm;
    this.#url = url;
    this.#issuer = issuer;
    this.#secret = secret;
    this.instance = instance;
    this.#keys = createRemoteJWKSet(new URL(`${url}/revocations/jwks`), { [customFetch]: fetchKeys });
  }

  ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      headers: { authorization: `Bearer ${this.#secret}`, ...headers },
      signal: this.#abort.signal,
    });
  }

  async #open<Payload extends JWTPayload>(jws: string, typ: string, audience: string): Promise<Payload> {
    const { payload } = await jwtVerify(jws, this.#keys, {
      issuer: this.#issuer,
      audience,
      typ,
      algorithms: [this.#algorithm],
    });
    return payload as Payload;
  }

  /** Takes a batch: dense, and the next one. */
  async #take(jws: string): Promise<void> {
    const batch = await this.#open<BatchPayload>(jws, "tokenwarden-feed+jwt", "tokenwarden-feed");
    if (batch.after !== this.model.position) throw new Error(`${batch.after} after ${this.model.position}`);
    if (batch.to !== batch.after + batch.facts.length || batch.head < batch.to)
      throw new Error("a batch is not what it says");
    this.sent.push(jws);
    this.batches.push(batch);
    for (const fact of batch.facts) this.model.apply(fact);
    this.mark = batch.mark ?? null;
    this.disabledClients = batch.disabled_clients;
  }

  /** Begins with a snapshot. */
  async load(): Promise<void> {
    const answer = await this.ask(`/revocations/snapshot?instance=${this.instance}`);
    if (answer.status !== 200) throw new Error(`no snapshot: ${answer.status} ${await answer.text()}`);
    const lines = (await answer.text()).split("\n");
    if (lines.pop() !== "") throw new Error("the snapshot breaks off");
    const parts: SnapshotPayload[] = [];
    for (const line of lines)
      parts.push(await this.#open<SnapshotPayload>(line, "tokenwarden-feed+jwt", "tokenwarden-feed"));
    const isWhole = parts.every(
      (part, index) =>
        part.part === index &&
        part.snapshot === parts[0]?.snapshot &&
        (part.last === true) === (index === parts.length - 1),
    );
    if (!isWhole) throw new Error("the snapshot is not whole");
    for (const { revoked, facts } of parts)
      this.model.load({
        token: Buffer.from(revoked.token, "base64url"),
        family: Buffer.from(revoked.family, "base64url"),
        facts,
      });
    this.model.position = parts[0]?.position ?? 0;
    this.mark = parts[0]?.mark ?? null;
    this.disabledClients = parts.at(-1)?.disabled_clients ?? [];
  }

  /** Opens a stream from where it is, at another authority where told; resolves when its first event has come. */
  async connect({ url = this.#url, isResuming = false } = {}): Promise<void> {
    this.#url = url;
    this.#abort = new AbortController();
    const query = `after=${isResuming ? 0 : this.model.position}&instance=${this.instance}`;
    const answer = await this.ask(`/revocations?${query}`, {
      accept: "text/event-stream",
      ...(isResuming ? { "last-event-id": String(this.model.position) } : {}),
    });
    if (answer.status !== 200 || answer.body === null)
      throw new Error(`no stream: ${answer.status} ${await answer.text()}`);
    this.isOpen = true;
    const begun = this.statements.length;
    this.#failure = null;
    void this.#read(answer.body).catch((error: Error) => {
      this.isOpen = false;
      if (error.name !== "AbortError" && !/terminated/.test(error.message)) this.#failure = error;
    });
    while (this.statements.length === begun && this.isOpen)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #failure: Error | null = null;

  /** What was wrong with what came. */
  get failure(): Error | null {
    return this.#failure;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const fields = new Map(
          text
            .slice(0, end)
            .split("\n")
            .map((line): [string, string] => {
              const at = line.indexOf(": ");
              return [line.slice(0, at), line.slice(at + 2)];
            }),
        );
        text = text.slice(end + 2);
        await this.#event(fields);
      }
    }
    this.isOpen = false;
  }

  async #event(fields: ReadonlyMap<string, string>): Promise<void> {
    const data = fields.get("data") ?? "";
    if (fields.get("event") === "batch") {
      await this.#take(data);
      if (Number(fields.get("id")) !== this.model.position) throw new Error("an event has another id");
    } else if (fields.get("event") === "verifier") {
      const { aud } = decodeJwt(data);
      this.statements.push(await this.#open(data, "tokenwarden-verifier+jwt", String(aud)));
    }
  }

  /** One long poll, applied. @returns what came. */
  async poll(waitSeconds: number): Promise<{ batches: BatchPayload[]; statement: JWTPayload }> {
    const answer = await this.ask(
      `/revocations?after=${this.model.position}&wait=${waitSeconds}&instance=${this.instance}`,
    );
    if (answer.status !== 200) throw new Error(`no answer: ${answer.status} ${await answer.text()}`);
    const { verifier, batches } = (await answer.json()) as { verifier: string; batches: string[] };
    const before = this.batches.length;
    for (const jws of batches) await this.#take(jws);
    const { aud } = decodeJwt(verifier);
    const statement = await this.#open(verifier, "tokenwarden-verifier+jwt", String(aud));
    return { batches: this.batches.slice(before), statement };
  }

  /** Breaks the connection, as a network does. */
  drop(): void {
    this.isOpen = false;
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}

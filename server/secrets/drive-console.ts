import { TOTP } from "otpauth";
import type { Answer, Ask, Transcript } from "./transcript.ts";

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  default?: unknown;
};
export type Operation = { method: string; path: string; body: Schema | null; query: string[] };

type Document = {
  paths: Record<
    string,
    Record<
      string,
      {
        requestBody?: { content?: Record<string, { schema?: Schema }> };
        parameters?: { in: string; name: string }[];
      }
    >
  >;
};

/** Every operation of the console's API, as its own document says: a new one is driven by itself. */
export function listOperations(document: unknown): Operation[] {
  return Object.entries((document as Document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      body: operation.requestBody?.content?.["application/json"]?.schema ?? null,
      query: (operation.parameters ?? []).filter((one) => one.in === "query").map((one) => one.name),
    })),
  );
}

/** A body that fits the schema, with `text` wherever there is room for text. */
export function fill(schema: Schema, text: string): unknown {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fill(options[0] ?? {}, text);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, fill(inner, text)]),
    );
  if (type === "array") return [];
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, 1);
  return type === "boolean" ? false : text;
}

export type Session = { cookies: Map<string, string>; cookie: string };

const SESSION_COOKIE = /tokenwarden\.session$/;

/** What an admin does at the console, by HTTP as their browser would. */
export class ConsoleDriver {
  readonly url: string;
  readonly #transcript: Transcript;

  constructor(transcript: Transcript, url: string) {
    this.#transcript = transcript;
    this.url = url;
  }

  ask(path: string, ask: Ask = {}, cookies?: Map<string, string>): Promise<Answer> {
    const headers = { ...(cookies && ask.method !== "GET" ? { origin: this.url } : {}), ...ask.headers };
    return this.#transcript.ask("console", `${this.url}${path}`, { ...ask, headers }, cookies);
  }

  /** A JSON answer of 2xx; throws for any other. */
  /** @param by an API token, nobody by an empty one, or the cookies of a person. */
  async make<Body>(
    by: string | Map<string, string>,
    path: string,
    json: unknown,
    ask: Ask = {},
  ): Promise<{ body: Body; answer: Answer }> {
    const isToken = typeof by === "string" && by !== "";
    const headers: Record<string, string> = isToken ? { authorization: `Bearer ${by}` } : {};
    const cookies = typeof by === "string" ? undefined : by;
    const answer = await this.ask(path, { method: "POST", json, headers, ...ask }, cookies);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status} ${answer.text}`);
    return { body: JSON.parse(answer.text) as Body, answer };
  }

  /** `stepsAhead`: each code works once, and the door looks one step ahead. */
  async signIn(
    person: { email: string; password: string; totpSecret: string },
    stepsAhead: number,
  ): Promise<Session> {
    const cookies = new Map<string, string>();
    const csrf = JSON.parse((await this.ask("/api/auth/csrf", {}, cookies)).text) as { csrfToken: string };
    const code = new TOTP({ secret: person.totpSecret }).generate({
      timestamp: Date.now() + stepsAhead * 30_000,
    });
    const answer = await this.ask(
      "/api/auth/callback/credentials",
      {
        form: {
          email: person.email,
          password: person.password,
          code,
          csrfToken: csrf.csrfToken,
          json: "true",
        },
      },
      cookies,
    );
    const found = [...cookies].find(([name]) => SESSION_COOKIE.test(name));
    if (found === undefined) throw new Error(`no session: ${answer.status} ${answer.text}`);
    answer.handsOut.add(`session cookie of ${person.email}`);
    return { cookies, cookie: found[1] };
  }
}

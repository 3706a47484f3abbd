import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Contents, changedTables } from "#lib/db/test-contents.ts";
import type { ApiRequest } from "./test-console.ts";
import { type Answered, type Done, doAgain, doOnce, successOf } from "./test-each-change.ts";
import { asPerson } from "./test-made-requests.ts";
import { apiDocument, type NamedOperation, operationsOf } from "./test-operations.ts";
import { makeRequests, samplesOf, startWorld } from "./test-valid-requests.ts";

const document = apiDocument();
const mutating = operationsOf(document).filter(({ method }) => method !== "GET");

/** What changes nothing that an act could, and why it leaves no entry. */
const UNRECORDED: Record<string, string> = {
  "POST /api/v1/audiences/{id}/lifetimes/preview": "counts",
  "POST /api/v1/clients/{id}/lifetimes/preview": "counts",
  "POST /api/v1/organisation/lifetimes/preview": "counts",
  "POST /api/v1/evidence-checks": "what a verification finds is recorded, by the worker that does it",
  "POST /api/v1/exports": "recorded when its file begins, which it does not without",
  "POST /api/v1/exports/{id}/cancel":
    "recorded by who writes the file; of one that has not begun there is none",
  "POST /api/v1/keys/{kid}/emergency-plan": "a plan",
  "POST /api/v1/leak-desk": "looks up",
  "POST /api/v1/me/notifications/mark": "what one has read",
  "POST /api/v1/me/passkeys/options": "a question",
  "POST /api/v1/me/step-up/options": "a question",
  "PUT /api/v1/me/tables/{name}": "how one likes a table",
  "POST /api/v1/me/totp/enrolment": "an offer",
  "POST /api/v1/people-imports": "nobody is changed before it is applied",
  "POST /api/v1/people-imports/{id}/compare": "nobody is changed before it is applied",
  "PUT /api/v1/people-imports/{id}/parts": "nobody is changed before it is applied",
  "POST /api/v1/plans": "a plan",
  "POST /api/v1/setup/enrolment": "an offer",
  "POST /api/v1/setup/link": "looks at a link",
  "POST /api/v1/sign-in-providers/test": "looks at an issuer",
  "POST /api/v1/sign-in/passkey": "a question",
};

/** Leaves no entry when it is done: what it tries out would, and is taken back. */
const TRIES_OUT = "POST /api/v1/approvals/{id}/check";

/** Wants a database that nobody else has, or that was left alone for days: shown there. */
const ELSEWHERE: Record<string, string> = {
  "POST /api/v1/setup/owner": "lib/admins/admins.db.test.ts",
  "POST /api/v1/sign-in/enrolment": "lib/admins/admins.db.test.ts",
  "POST /api/v1/log-retention/releases": "app/api/v1/log-retention.endpoint.test.ts",
};

const operations = mutating.filter(({ name }) => ELSEWHERE[name] === undefined);

/** What keeps what was answered under a key. Only a request that changed nothing else is answered with a success here. */
const KEPT = "idempotency_key";
/** Attempts are counted before they are looked at, so that many at once are no way around. */
const COUNTED: Record<string, string[]> = {
  "POST /api/v1/me/step-up": ["sign_in_attempt"],
  "PUT /api/v1/me/password": ["sign_in_attempt"],
};

let world: Awaited<ReturnType<typeof startWorld>>;
let contents: Contents;
let made: Map<string, ApiRequest>;
let last: ReadonlyMap<string, string>;
/** What was refused for want of an entry alone. */
const found = new Map<string, ApiRequest>();

beforeAll(async () => {
  world = await startWorld();
  made = await makeRequests(world);
  contents = world.contents;
}, 120_000);
afterAll(async () => {
  await world?.end();
});

/** Each with a key of its own, which is given back with the refusal. */
async function send(request: ApiRequest) {
  const headers = { ...request.headers, "idempotency-key": crypto.randomUUID() };
  const response = await world.console.send({ ...request, headers });
  return { status: response.status, text: await response.text() };
}

const isExpected = ({ name }: NamedOperation, status: number) =>
  UNRECORDED[name] === undefined ? status === 503 : status < 300;

const changesOf = async (before: ReadonlyMap<string, string>) => changedTables(before, await contents.read());

/** The first that is answered as one is whose act alone failed. What is done without an entry has changed nothing. */
async function refused(named: NamedOperation): Promise<{ request: ApiRequest | null; seen: string[] }> {
  const seen: string[] = [];
  const given = made.get(named.name);
  for (const sample of given === undefined ? samplesOf(named, world.ids) : [given]) {
    const request = asPerson(world, named, sample);
    const { status, text } = await send(request);
    if (isExpected(named, status)) return { request, seen };
    if (status < 300) expect((await changesOf(last)).filter((table) => table !== KEPT)).toEqual([]);
    seen.push(`${status} ${text.slice(0, 200)}`);
  }
  return { request: null, seen };
}

test("P1: what is left out here is shown elsewhere, by name, and is not more than it was", () => {
  expect(Object.keys(ELSEWHERE).length).toBeLessThanOrEqual(3);
  for (const [name, file] of Object.entries(ELSEWHERE)) {
    expect(mutating.map((one) => one.name)).toContain(name);
    expect(readFileSync(path.join(import.meta.dirname, "../../..", file), "utf8"), file).toMatch(/P1\b/);
  }
});

describe("P1: no audit entry, no act: where the entry cannot be written, the answer is 503 and nothing has changed", () => {
  describe("by a trigger that refuses it", () => {
    beforeAll(async () => {
      await contents.run(
        `CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END';
         CREATE TRIGGER refuse_entry BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.outcome = 'done') EXECUTE FUNCTION refuse_entry()`,
      );
      last = await contents.read();
    });
    afterAll(() => contents.run("DROP TRIGGER refuse_entry ON audit_entry; DROP FUNCTION refuse_entry()"));

    test.each(operations)("$name", async (named) => {
      const { request, seen } = await refused(named);
      expect(request, seen.slice(-3).join("\n")).not.toBeNull();
      found.set(named.name, request as ApiRequest);
      const now = await contents.read();
      const changed = changedTables(last, now).filter((table) => table !== KEPT);
      last = now;
      if (UNRECORDED[named.name] === undefined) expect(changed).toEqual(COUNTED[named.name] ?? []);
    });
  });

  test("by a grant that was taken", async () => {
    const recorded = operations.filter(({ name }) => UNRECORDED[name] === undefined);
    // a code of the authenticator is none any more by now
    const again = recorded.filter(({ name }) => !/"code":/.test(found.get(name)?.body ?? ""));
    await contents.run("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    const before = await contents.read();
    for (const { name } of again) {
      const { status, text } = await send(found.get(name) as ApiRequest);
      expect({ name, status, text: status === 503 ? "" : text }).toEqual({ name, status: 503, text: "" });
    }
    expect(again.length).toBeGreaterThan(110);
    expect(await changesOf(before)).toEqual([...new Set(Object.values(COUNTED).flat())]);
    await contents.run("GRANT INSERT ON audit_entry TO tokenwarden_app");
  }, 120_000);
});

/** What the product makes of itself has a prefix that tells; what was sent to be used is what it is. */
const OWN_SECRET = /\btw[a-z]_[0-9A-Za-z_-]{20,}/g;
const SENT = ["password", "currentPassword", "clientSecret", "authorization"];

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Of what is shown once, what opens something; the rest of an offer is public. */
const OPENS = /secret|token|code|enrolment|otpauth|url|result|^challenge$/i;

/** What an answer shows once, and what its request brought. */
function secretsOf(
  { operation }: NamedOperation,
  { text, request }: Pick<Answered, "text" | "request">,
): string[] {
  const answer = JSON.parse(text) as Record<string, unknown>;
  const shown = (operation["x-shown-once"] ?? [])
    .filter((field) => OPENS.test(field))
    .flatMap((field) =>
      stringsIn(
        field
          .split(".")
          .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], answer),
      ),
    );
  const sent = request.body === undefined ? {} : (JSON.parse(request.body) as Record<string, unknown>);
  return [
    ...shown.filter((value) => !/^[0-9a-f-]{36}$|^\d{4}-|@/.test(value)),
    ...shown.map((value) => URL.parse(value)?.searchParams.get("token") ?? ""),
    ...(text.match(OWN_SECRET) ?? []),
    ...SENT.flatMap((field) => stringsIn(sent[field])),
  ].filter((value) => value.length >= 10 && !value.startsWith("/"));
}

describe("P2: every mutating route is done as it is declared, once under its key; what it hands out, or is brought, is kept nowhere and told once", () => {
  const logged: string[] = [];
  const spies = (["log", "warn", "error"] as const).map((level) =>
    vi.spyOn(globalThis.console, level).mockImplementation((...words: unknown[]) => {
      logged.push(words.map(String).join(" "));
    }),
  );
  afterAll(() => {
    for (const spy of spies) spy.mockRestore();
  });

  /** Every change that was done, with what its repeat was told. */
  const done: Done[] = [];
  const secrets = new Map<string, string>();

  /** What takes something away comes after what is done with it. */
  const isRemoval = ({ method, name }: NamedOperation) => method === "DELETE" || name.endsWith("/remove");
  const inOrder = operations.toSorted((one, other) => Number(isRemoval(one)) - Number(isRemoval(other)));

  test.each(inOrder)("$name is done, answered as declared, and once under its key", async (named) => {
    await contents.run("UPDATE approval_policy SET kinds = '{}'");
    const isRecorded = UNRECORDED[named.name] === undefined && named.name !== TRIES_OUT;
    const given = { known: found.get(named.name), isRecorded };
    const { key, first, refusals } = await doOnce(world, document, named, given);
    expect(first, refusals.slice(-3).join("\n")).not.toBeNull();
    if (first === null) return;
    expect(first.status).toBe(successOf(named));
    for (const value of secretsOf(named, first)) secrets.set(value, named.name);
    done.push({ first, again: await doAgain(world, document, named, { key, first, isRecorded }) });
  });

  test("in no table, in no other answer, in no repeat of its own and in no log", async () => {
    const answers = done.flatMap(({ first, again }) =>
      again === null ? [first] : [first, { ...again, name: `${again.name}, again` }],
    );
    expect(new Set(secrets.values()).size).toBeGreaterThan(15);
    const tables = await contents.dump();
    const whereIs = (value: string) => [
      ...[...tables]
        .filter(([, rows]) =>
          [value, Buffer.from(value).toString("hex"), Buffer.from(value).toString("base64")].some((text) =>
            rows.includes(text),
          ),
        )
        .map(([table]) => `table ${table}`),
      ...answers
        .filter(({ name, text }) => name !== secrets.get(value) && text.includes(value))
        .map(({ name }) => `the answer of ${name}`),
      ...logged.filter((line) => line.includes(value)).map((line) => `the log: ${line.slice(0, 80)}`),
    ];
    const hits = [...secrets].flatMap(([value, name]) =>
      whereIs(value).map(
        (where) => `what ${name} hands out or is brought (${value.slice(0, 12)}…) is in ${where}`,
      ),
    );
    expect(hits.join("\n")).toBe("");
  });
});

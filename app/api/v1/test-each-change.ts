import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { changedTables } from "#lib/db/test-contents.ts";
import type { ApiRequest } from "./test-console.ts";
import type { ApiDocument } from "./test-headers.ts";
import { asPerson, MADE, requestOf, type World } from "./test-made-requests.ts";
import { holdAnswer, type NamedOperation } from "./test-operations.ts";
import { openTestSession } from "./test-people.ts";
import { samplesOf } from "./test-valid-requests.ts";

/** What a change answered. */
export type Answered = { name: string; status: number; headers: Headers; text: string; request: ApiRequest };
/** A change that was done, its answer, and what the very same request was answered under the same key; strangers have none. */
export type Done = { first: Answered; again: Answered | null };

/** The success that an operation declares; 202 where that is its own, and not that it waits for a second person. */
export function successOf({ operation }: Pick<NamedOperation, "operation">): number {
  const own = Object.entries(operation.responses).find(
    ([status, answer]) => status < "300" && !("$ref" in answer),
  );
  return Number(own?.[0]);
}

const isPublic = ({ operation }: NamedOperation) => operation["x-permission"] === "public";

const under = (request: ApiRequest, key: string): ApiRequest => ({
  ...request,
  headers: { ...request.headers, "idempotency-key": key },
});

async function sent(world: World, document: ApiDocument, named: NamedOperation, request: ApiRequest) {
  const response = await world.console.send(request);
  return { name: named.name, request, ...(await holdAnswer(document, named, response)) };
}

/** What was tried before, then one that is made of what is there now, then what the schemas allow. */
async function* requestsFor(world: World, named: NamedOperation, known: ApiRequest | undefined) {
  if (known !== undefined) yield known;
  // what was done before may have ended their sessions
  for (const who of [world.me, world.other])
    Object.assign(who, await openTestSession(world.console.db, who.id));
  const make = MADE[named.name];
  if (make !== undefined) yield requestOf(named, await make(world));
  else yield* samplesOf(named, world.ids).map((sample) => asPerson(world, named, sample));
}

/** How many acts are on record as done. */
async function acts({ console }: World): Promise<number> {
  const statement = "SELECT count(*)::int AS n FROM audit_entry WHERE outcome = 'done'";
  return (await console.db.query<{ n: number }>(statement))[0]?.n ?? 0;
}

/** Sends requests under keys of their own until one is done, and where it is recorded on record; `refusals` are what the others were told. */
export async function doOnce(
  world: World,
  document: ApiDocument,
  named: NamedOperation,
  { known, isRecorded }: { known: ApiRequest | undefined; isRecorded: boolean },
): Promise<{ key: string; first: Answered | null; refusals: string[] }> {
  const refusals: string[] = [];
  for await (const request of requestsFor(world, named, known)) {
    const key = randomUUID();
    // what is so already is answered, and nothing is written
    const before = isRecorded ? await acts(world) : -1;
    const first = await sent(world, document, named, under(request, key));
    if (first.status < 300 && (await acts(world)) > before) return { key, first, refusals };
    refusals.push(`${first.status} ${first.text.slice(0, 300)}`);
  }
  return { key: "", first: null, refusals };
}

/** The rest of an answer, without what it shows once. */
function without(value: unknown, paths: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, paths));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
      if (paths.includes(name) && inner !== null) return [];
      const deeper = paths.filter((path) => path.startsWith(`${name}.`));
      return [
        [
          name,
          without(
            inner,
            deeper.map((path) => path.slice(name.length + 1)),
          ),
        ],
      ];
    }),
  );
}

/** Holds the repeat of what was done against its answer: the same with the mark of a repeat, or the rest of what was shown once. */
export function expectRepeat(
  { operation }: NamedOperation,
  { first, again }: { first: Answered; again: Answered },
): void {
  const place = first.headers.get("location");
  expect(again.headers.get("location")).toBe(place);
  const answer = JSON.parse(first.text) as unknown;
  const rest = without(answer, operation["x-shown-once"] ?? []);
  if (JSON.stringify(rest) !== first.text) {
    expect(again).toMatchObject({ status: 409 });
    expect(JSON.parse(again.text)).toMatchObject({ code: "SHOWN_ONCE", answer: rest });
    return;
  }
  expect({ status: again.status, text: again.text }).toEqual({ status: first.status, text: first.text });
  expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  expect(first.headers.has("idempotency-replayed")).toBe(false);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
}

/** The same but for a little, where there is something of its kind that is a little otherwise. */
function otherwise(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return value;
  return /^\d{4}-\d\d-\d\dT/.test(value)
    ? new Date(Date.parse(value) - 1).toISOString()
    : `${value}${URL.canParse(value) ? "/x" : "x"}`;
}

/** Bodies that are not the one that was sent: it with one field changed, and others that the schema allows. */
function* otherBodies(world: World, named: NamedOperation, sentBody: string): Generator<string> {
  const fields = JSON.parse(sentBody) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields))
    yield JSON.stringify({ ...fields, [name]: otherwise(value) });
  for (const { body } of samplesOf(named, world.ids)) if (body !== undefined) yield body;
}

/** Another body that the route takes is another request. */
async function expectOtherBody(
  world: World,
  document: ApiDocument,
  named: NamedOperation,
  { request }: Answered,
) {
  if (request.body === undefined) return;
  for (const body of otherBodies(world, named, request.body)) {
    if (body === request.body) continue;
    const { status, text } = await sent(world, document, named, { ...request, body });
    // it has to be read before it is known to be another
    if (status === 400) continue;
    expect({ status, code: (JSON.parse(text) as { code: string }).code }).toEqual({
      status: 422,
      code: "IDEMPOTENCY_KEY_REUSED",
    });
    return;
  }
  throw new Error("no other body was read");
}

/** Sends the same again, then something else, under the key of what was done: neither does anything. */
export async function doAgain(
  world: World,
  document: ApiDocument,
  named: NamedOperation,
  { key, first, isRecorded }: { key: string; first: Answered; isRecorded: boolean },
): Promise<Answered | null> {
  if (isPublic(named)) return null;
  const before = await acts(world);
  const rows = isRecorded ? null : await world.contents.read();
  const again = await sent(world, document, named, first.request);
  expectRepeat(named, { first, again });
  const other = { ...first.request, method: "POST", path: "/api/v1/groups", segments: {}, query: "" };
  const group = { ...other, body: JSON.stringify({ name: `Under ${key}` }) };
  const refused = await world.console.send(under(group, key));
  expect({ status: refused.status, code: ((await refused.json()) as { code: string }).code }).toEqual({
    status: 422,
    code: "IDEMPOTENCY_KEY_REUSED",
  });
  await expectOtherBody(world, document, named, first);
  expect(await acts(world), "it was done once").toBe(before);
  if (rows !== null) expect(changedTables(rows, await world.contents.read())).toEqual([]);
  return again;
}

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Contents, changedTables, openContents } from "#lib/db/test-contents.ts";
import { type ApiRequest, seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { apiDocument, type NamedOperation, operationsOf } from "./test-operations.ts";
import { addTestPerson } from "./test-people.ts";
import { samplesOf } from "./test-valid-requests.ts";

const reads = operationsOf(apiDocument()).filter(({ method }) => method === "GET");

/** What writes although it is read, where, and why that is no way in for somebody else's page: P15 names each. */
const WRITES: Record<string, { tables: string[]; why: string }> = {
  "GET /api/v1/incidents/{number}": {
    tables: ["audit_chain", "audit_entry"],
    why: "a look at a case is on record, once in a quarter of an hour: whose leak it is, others shall not read unseen",
  },
  "GET /api/v1/exports/{id}/file": {
    tables: ["audit_chain", "audit_entry", "list_export"],
    why: "it spends what its asker prepared by an act a minute before, and by an id that nobody else knows",
  },
  "GET /api/v1/incidents/{number}/evidence/{id}": {
    tables: ["audit_chain", "audit_entry", "evidence_file"],
    why: "it spends what its asker let out by an act a minute before, and by an id that nobody else knows",
  },
};

/** What no seed has, and why. */
const NOT_THERE: Record<string, string> = {
  "GET /api/v1/users/{id}/erasure": "an erasure that was begun would take the seeds away",
};

let console: TestConsole;
let contents: Contents;
let ids: Record<string, string[]>;
let cookie: string;

async function make(path: string, segments: Record<string, string>, body: object, bearer?: string) {
  const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const role = bearer === undefined ? ("owner" as const) : null;
  const response = await console.send({
    method: "POST",
    path,
    role,
    segments,
    body: JSON.stringify(body),
    headers,
  });
  const made = (await response.json()) as { id?: string; token?: string };
  expect(response.status, JSON.stringify(made)).toBeLessThan(300);
  return made;
}

beforeAll(async () => {
  console = await startTestConsole();
  ids = await seedEverything(console);
  cookie = (await addTestPerson(console.db, "owner")).cookie;
  const evidence = ["/api/v1/incidents/{number}/evidence", { number: ids.incidents?.[0] ?? "" }] as const;
  const ci = await make("/api/v1/api-tokens", {}, { name: "ci", role: "auditor" });
  ids.approvals = [String((await make(...evidence, {}, ci.token)).id)];
  ids.evidence = [String((await make(...evidence, { format: "json" })).id)];
  const detection = randomUUID();
  await console.db.query(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, client_id, first_at, last_at, found_at, count, facts)
     VALUES ($1::uuid, 'burst', 'high', 'open', 'client', $2::text, $2::uuid, now(), now(), now(), 1, '{"uses":400,"usual":3}')`,
    [detection, ids.clients?.[0] ?? ""],
  );
  ids.detections = [detection];
  contents = await openContents(process.env.DATABASE_URL ?? "");
}, 120_000);
afterAll(async () => {
  await contents?.end();
  await console?.end();
});

/** Requests that name what is there: by an owner's API token, or where it is one's own by a person. */
function requestsFor(named: NamedOperation): ApiRequest[] {
  const { method, name, path } = named;
  if (path.includes("{kind}/{id}")) {
    const segments = { kind: "client", id: ids.clients?.[0] ?? "" };
    return [{ method, path, role: "owner", segments }];
  }
  const own: ApiRequest = { method, path, role: null, headers: { cookie } };
  return name.includes(" /api/v1/me") ? [own, ...samplesOf(named, ids)] : samplesOf(named, ids);
}

async function firstAnswered(named: NamedOperation): Promise<number> {
  let status = 0;
  for (const request of requestsFor(named)) {
    const response = await console.send(request);
    status = response.status;
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) await response.body?.cancel();
    else await response.text();
    if (status < 300) return status;
  }
  return status;
}

test("P15: what is read changes nothing, of what is there too: every GET but those that are named here", async () => {
  const wrong: unknown[] = [];
  let before = await contents.read();
  for (const named of reads) {
    const status = await firstAnswered(named);
    const after = await contents.read();
    const changed = changedTables(before, after).sort();
    before = after;
    const expected = WRITES[named.name]?.tables ?? [];
    const isThere = NOT_THERE[named.name] === undefined;
    if (JSON.stringify(changed) !== JSON.stringify(expected) || status < 300 !== isThere)
      wrong.push({ name: named.name, status, changed });
  }
  expect(wrong).toEqual([]);
  expect(reads.length).toBeGreaterThan(100);
}, 120_000);

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import { type AuthorityRoute, isOf, listAuthorityRoutes } from "./authority-routes.ts";
import { breakTheDatabase } from "./break-database.ts";
import { withUndeclared } from "./console-routes.ts";
import { listOperations } from "./drive-console.ts";
import { issueTokens } from "./issue-tokens.ts";
import { LeakSearch } from "./leak-search.ts";
import { driveAuthorityWrongly, driveEveryRouteWrongly } from "./misuse-authority.ts";
import { driveConsoleWrongly, visitPages } from "./misuse-console.ts";
import { startProduct } from "./product.ts";
import { SecretsRun } from "./secrets-run.ts";
import { setUpAdmins, setUpRegistry } from "./set-up.ts";
import { type Answer, wholeOf } from "./transcript.ts";
import { type Peer, startPeer, useAuthority } from "./use-authority.ts";
import { dumpDatabase, type Place, readFolder } from "./whereabouts.ts";

/** Where a secret may stand for good, and why. */
const RIGHTFUL: Record<string, (name: string) => boolean> = {
  // made and kept there, mode 0600
  "file master-key": (name) => name === "master key",
  // the passwords of the embedded database, mode 0600
  "file postgres.json": (name) => name.startsWith("database password"),
  // the one-time link is printed to whoever started the product
  terminal: (name) => name === "set-up token",
};

let run: SecretsRun;
const search = new LeakSearch();

/** What the product made for itself, and whoever installed it never sees. */
async function readSecretsAtRest(): Promise<void> {
  const masterKey = Buffer.from(
    readFileSync(path.join(run.product.dataDir, "master-key"), "utf8").trim(),
    "base64",
  );
  run.keep("master key", masterKey);
  const rows = await run.query<{ kid: string; wrapped: Buffer }>(
    "SELECT kid, private_wrapped AS wrapped FROM signing_key",
  );
  for (const { kid, wrapped } of rows) {
    const { d } = await openPrivateKey({ kid, privateWrapped: wrapped }, createKeyWrapper(masterKey));
    run.keep(`private key ${kid}`, Buffer.from(d as string, "base64url"));
  }
  const memory = JSON.parse(readFileSync(path.join(run.product.dataDir, "postgres.json"), "utf8")) as Record<
    string,
    unknown
  >;
  for (const [name, value] of Object.entries(memory))
    if (/password/i.test(name)) run.keep(`database password ${name}`, String(value));
}

let routes: AuthorityRoute[];
let peer: Peer;
let places: Place[];
let brokenPages: string[];

beforeAll(async () => {
  routes = await listAuthorityRoutes();
  peer = await startPeer();
  // what is driven here in a minute would be throttled, and its answers never seen
  const room = {
    GARBAGE_PER_SECOND: "100000",
    FAILURES_PER_SECOND: "100000",
    AUTHORIZATIONS_PER_SECOND: "100000",
  };
  run = new SecretsRun(await startProduct({ ...room, OUTBOUND_ALLOW: peer.origin }));
  run.operations = withUndeclared(
    listOperations(JSON.parse((await run.console.ask("/api/v1/openapi.json")).text)),
  );
  await setUpAdmins(run);
  const registry = await setUpRegistry(run);
  await vi.waitFor(
    async () =>
      expect((await run.authority.token(registry.web, { grant_type: "x" })).text).toContain(
        "unsupported_grant_type",
      ),
    { timeout: 10_000 },
  );
  await issueTokens(run, registry);
  await useAuthority(run, registry, peer);
  await driveAuthorityWrongly(run, registry);
  await driveEveryRouteWrongly(run, registry, routes);
  brokenPages = await visitPages(run);
  await driveConsoleWrongly(run);
  await breakTheDatabase(run, registry);
  await vi.waitFor(async () => expect((await run.authority.ask("/readyz")).status).toBe(200), {
    timeout: 30_000,
  });
  await run.transcript.ask("authority", run.product.metricsUrl);
  await readSecretsAtRest();
  const dump = await dumpDatabase(run.databaseUrl);
  await run.product.stop();
  places = [
    ...dump,
    ...readFolder(run.product.dataDir),
    { where: "terminal", data: Buffer.from(run.product.terminal()) },
    { where: "stream to the SIEM", data: peer.streamed() },
    { where: "webhook of notifications", data: peer.notified() },
  ];
  // what a JWT says is told to many; what makes it one is its last part
  for (const [name, value] of run.secrets)
    search.add(
      name,
      typeof value === "string" && value.startsWith("eyJ")
        ? value.slice(value.lastIndexOf(".", value.length - 30) + 1)
        : value,
    );
  // a cookie is set again whenever its session is touched
  const cookie = run.secrets.get("SSO session cookie") as string;
  for (const answer of run.transcript.answers)
    if (answer.headers.getSetCookie().some((line) => line.includes(cookie)))
      answer.handsOut.add("SSO session cookie");
}, 280_000);

afterAll(async () => {
  await run?.product.stop();
  await peer?.end();
});

describe("secrets (P2)", () => {
  test("every route of the console was driven, declared or not, and both doors into each kind of answer", () => {
    const driven = new Set(
      run.transcript.answers
        .filter(({ door }) => door === "console")
        .map(({ method, path: at }) => `${method} ${at}`),
    );
    const asPattern = (at: string) => new RegExp(`^${at.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    const missed = run.operations.filter(
      ({ method, path: at }) =>
        ![...driven].some(
          (one) => one.startsWith(`${method} `) && asPattern(at).test(one.slice(method.length + 1)),
        ),
    );
    expect(missed.map(({ method, path: at }) => `${method} ${at}`)).toEqual([]);
    const statuses = new Set(run.transcript.answers.map(({ status }) => status));
    for (const status of [200, 201, 302, 303, 400, 401, 403, 404, 500, 503])
      expect(statuses).toContain(status);
    expect(brokenPages).toEqual([]);
  });

  test("every route that the authority registers was used well, and driven with a secret where it does not belong", () => {
    expect(routes.length).toBeGreaterThan(50);
    const asked = run.transcript.answers.filter(({ door }) => door === "authority");
    const baits = [...run.baits.values()];
    const marked = asked.filter(({ sent }) => baits.some((bait) => sent.includes(bait)));
    const good = asked.filter(({ status }) => status < 400);
    const missed = (answers: Answer[]) =>
      routes
        .filter((route) => !answers.some((answer) => isOf(route, answer)))
        .map(({ method, path: at }) => `${method} ${at}`);
    expect({ neverMarked: missed(marked), neverWell: missed(good) }).toEqual({
      neverMarked: [],
      neverWell: [],
    });
    expect(asked.filter(({ status }) => status === 429)).toEqual([]);
  });

  test("none is in the database, its files, its log, the logs, the data folder or on the terminal", () => {
    expect(places.length).toBeGreaterThan(100);
    // uses and acts, before the misuse and after it
    const streamed = places.find(({ where }) => where === "stream to the SIEM")?.data.toString() ?? "";
    expect(streamed.split("\n").length).toBeGreaterThan(200);
    expect(streamed).toMatch(
      /"type":"token_use"[\s\S]*"type":"admin_act"|"type":"admin_act"[\s\S]*"type":"token_use"/,
    );
    expect(places.find(({ where }) => where === "webhook of notifications")?.data.length).toBeGreaterThan(
      100,
    );
    expect(run.secrets.size).toBeGreaterThan(30);
    const hits = places
      .flatMap(({ where, data }) => search.find(where, data))
      .filter(({ where, name }) => !RIGHTFUL[where]?.(name));
    expect(hits).toEqual([]);
  });

  test("none is in any answer, but in the one that hands it out", () => {
    expect(run.transcript.answers.length).toBeGreaterThan(1_000);
    const hits = run.transcript.answers.flatMap((answer) =>
      search
        .find(`${answer.door} ${answer.method} ${answer.path.slice(0, 60)} ${answer.status}`, wholeOf(answer))
        .filter(({ name }) => !answer.handsOut.has(name)),
    );
    expect(hits).toEqual([]);
  });

  test("the search finds each of them where it is planted, and in the answer that handed it out", () => {
    for (const [name, value] of run.secrets) {
      const text = value.toString(Buffer.isBuffer(value) ? "hex" : undefined);
      for (const planted of [text, Buffer.from(`id:${value}`).toString("base64")])
        if (!Buffer.isBuffer(value) || planted === text)
          expect(
            search.find("here", Buffer.from(`before ${planted} after`)).map((hit) => hit.name),
          ).toContain(name);
    }
    const handedOut = run.transcript.answers.filter(({ handsOut }) => handsOut.size > 0);
    expect(handedOut.length).toBeGreaterThan(20);
    for (const answer of handedOut) expect(search.find("", wholeOf(answer)).length).toBeGreaterThan(0);
  });
});

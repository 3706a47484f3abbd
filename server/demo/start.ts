import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";
import { completeDemoCredentials, type DemoCredentials } from "#lib/demo/credentials.ts";
import { type SeededSample, seedSampleOrganisation } from "#lib/demo/seed-sample-organisation.ts";
import type { Env } from "#lib/env.ts";
import { type AuthorityDoor, openAuthorityDoor } from "./authority-door.ts";
import { readCredentials, writeCredentials } from "./credentials-file.ts";
import { createGate, type Gate } from "./gate.ts";
import { openLoopbackPort } from "./http-exchange.ts";
import { startSampleApis } from "./sample-apis.ts";
import { FIRST_BURST, LATER_BURST, startTraffic, type Traffic } from "./traffic.ts";

const REPORT_MS = 60_000;
const KNOWN_POLL_MS = 250;

export type SeededDemo = { credentials: DemoCredentials; seeded: SeededSample };

/**
 * Loads the sample organisation and keeps its credentials in the data folder. They are kept after the database has them: credentials that
 * are lost in between are made anew, and replace those in the database.
 *
 * @throws {DomainError} CONFLICT where the instance has an organisation of its own.
 */
export async function seedDemo(databaseUrl: string, dataDir: string): Promise<SeededDemo> {
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden demo",
  });
  try {
    const held = readCredentials(dataDir);
    const completed = completeDemoCredentials(held);
    const seeded = await seedSampleOrganisation(systemContext(db, "demo"), completed);
    if (JSON.stringify(completed.credentials) !== JSON.stringify(held))
      writeCredentials(dataDir, completed.credentials);
    return { credentials: completed.credentials, seeded };
  } finally {
    await db.end();
  }
}

export type DemoTrafficOptions = {
  env: Pick<Env, "authorityIssuer" | "authorityPort" | "tls">;
  demo: SeededDemo;
  log: Logger;
  signal: AbortSignal;
};

/** An authority reads the registry anew soon after it changed; until then it knows nobody of the sample organisation. */
async function untilKnown(
  door: AuthorityDoor,
  gate: Gate,
  secret: string,
  signal: AbortSignal,
): Promise<void> {
  const from = { ip: "192.0.2.1", userAgent: "tokenwarden-demo" };
  const form = new URLSearchParams({ token: "is anybody there" });
  for (;;) {
    await gate.opened();
    const answer = await door
      .endpoints()
      .then(({ introspect }) => door.post(introspect, form, from, { authorization: `Bearer ${secret}` }))
      .catch(() => null);
    if (answer?.status === 200) return;
    if (answer === null) gate.close();
    await wait(KNOWN_POLL_MS, undefined, { signal });
  }
}

/** Waits for the authority, then keeps real traffic going over HTTP on loopback until the signal is given. */
export async function startDemoTraffic({ env, demo, log, signal }: DemoTrafficOptions): Promise<Traffic> {
  const port = openLoopbackPort(env.authorityPort, env.tls !== undefined);
  signal.addEventListener("abort", port.close, { once: true });
  const door = openAuthorityDoor(env.authorityIssuer, port);
  const gate = createGate(door, signal, (isOpen) =>
    log.info(
      isOpen ? "the authority answers, traffic goes on" : "the authority does not answer, traffic waits",
    ),
  );
  gate.close();
  await untilKnown(door, gate, Object.values(demo.credentials.verifierSecrets)[0] ?? "", signal);
  const apis = await startSampleApis({
    door,
    verifierSecrets: demo.credentials.verifierSecrets,
    issuer: env.authorityIssuer,
    authorityUrl: env.tls === undefined ? `http://127.0.0.1:${env.authorityPort}` : null,
  });
  signal.addEventListener("abort", apis.close, { once: true });
  const stage = { door, apis, gate, credentials: demo.credentials };
  const burst = demo.seeded.isFirst ? FIRST_BURST : LATER_BURST;
  const traffic = startTraffic(stage, burst, signal, (error) => log.error({ err: error }, "traffic failed"));
  const report = setInterval(
    () => log.info({ ...traffic.counts, sessions: traffic.sessions }, "traffic"),
    REPORT_MS,
  );
  signal.addEventListener("abort", () => clearInterval(report), { once: true });
  return traffic;
}

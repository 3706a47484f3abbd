// node bench/detections/measure-detections.ts [--rows N] [--tokens N]: what it costs to hold a use against the rules
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { migrate } from "#lib/db/migrate.ts";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import { detectNext } from "#lib/detections/detect-next.ts";
import { createOwnedDatabase, urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { figureLine } from "../report/figures.ts";

export type DetectionCost = {
  uses: number;
  /** Wall time of the worker's steps, for one use. */
  microsecondsEach: number;
  /** Of this process alone. */
  processorMicrosecondsEach: number;
  /** The longest step. */
  stepMs: number;
  detections: number;
};

/** Uses from `since` on, one a millisecond: of so many tokens, one in fifty refused as revoked, from a handful of places; issues among them as an authority writes them. */
const USES = `
  INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, subject, method, path, ip, country, writer_id, flush,
    ordinal, salt)
  SELECT uuidv7(), s.at, s.at, CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'allowed' END, CASE WHEN n % 50 = 0 THEN 'revoked' END, 'forward_auth', t.id, 'access',
    t.family_id, t.client_id, t.subject, 'GET', '/invoices', '198.51.100.' || n % 4, (ARRAY['DE', 'FR'])[1 + (n % 1000 = 0)::int], t.family_id, n / 100, n % 100, '\\x00'
  FROM generate_series(1, $1::int) AS g(n) CROSS JOIN LATERAL (SELECT $2::timestamptz + n * interval '1 millisecond' AS at) s
    JOIN measured_token t ON t.number = n % $3::int`;

const TOKENS = `
  CREATE TABLE measured_token AS
  SELECT n AS number, uuidv7(interval '-1 minute') AS id, gen_random_uuid() AS family_id, (ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 20)))[1 + n % 20] AS client_id,
    'robot' AS subject FROM generate_series(0, $1::int - 1) AS g(n)`;

const REGISTER = `
  INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at, expires_at, ip, country,
    value_hash)
  SELECT id, uuid_extract_timestamp(id), 'access', 'jwt', client_id, subject, family_id, 'client_credentials', '{}', '{}', '{}', '{}', '{}',
    uuid_extract_timestamp(id), now() + interval '1 hour', '198.51.100.1', 'DE', sha256(id::text::bytea) FROM measured_token`;

/** Holds uses against the rules as the worker does, without its rests. */
async function measureDetections(
  owner: SqlDatabase,
  app: SqlDatabase,
  { rows, tokens }: { rows: number; tokens: number },
): Promise<DetectionCost> {
  const since = new Date(Date.now() - rows - 10_000);
  await owner.query(
    "UPDATE detection_reader SET received_at = $1::timestamptz, began_at = $1::timestamptz - interval '1 hour'",
    [since],
  );
  await owner.query(TOKENS, [tokens]);
  await owner.query(REGISTER);
  for (let written = 0; written < rows; written += 100_000)
    await owner.query(USES, [Math.min(100_000, rows - written), new Date(since.getTime() + written), tokens]);
  await owner.query("VACUUM ANALYZE token_use, token");
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let [uses, stepMs] = [0, 0];
  while (uses < rows) {
    const at = performance.now();
    const { taken } = await detectNext(app);
    if (taken === 0) throw new Error(`the worker took ${uses} of ${rows} uses, and then none`);
    uses += taken;
    stepMs = Math.max(stepMs, performance.now() - at);
  }
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const [found] = await app.query<{ count: number }>("SELECT count(*)::int AS count FROM detection");
  return {
    uses,
    microsecondsEach: (tookMs * 1_000) / uses,
    processorMicrosecondsEach: (user + system) / uses,
    stepMs,
    detections: found?.count ?? 0,
  };
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: "string" }, tokens: { type: "string" } } });
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-detections-"));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startEmbeddedDatabase({ dataDir });
  stack.defer(() => server.stop());
  await createOwnedDatabase(server.adminUrl, "detections");
  const url = urlOfDatabase(server.adminUrl, "detections");
  await migrate(url);
  const open = (role: "owner" | "app") =>
    openSqlDatabase({ url, role, maxConnections: 1, applicationName: "bench" });
  const [owner, app] = [open("owner"), open("app")];
  stack.defer(async () => {
    await Promise.all([owner.end(), app.end()]);
  });
  const cost = await measureDetections(owner, app, {
    rows: Number(values.rows ?? 100_000),
    tokens: Number(values.tokens ?? 2_000),
  });
  const lines = [
    { name: "detection_us_per_event", value: cost.microsecondsEach, unit: "us" },
    { name: "detection_worker_cpu_us_per_event", value: cost.processorMicrosecondsEach, unit: "us" },
    { name: "detection_longest_step_ms", value: cost.stepMs, unit: "ms" },
    { name: "detections_found", value: cost.detections, unit: "rows" },
  ];
  process.stdout.write(`${cost.uses} uses\n${lines.map(figureLine).join("\n")}\n`);
}

if (import.meta.main) await run();

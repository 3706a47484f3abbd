import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { basic, createCredentials } from "#bench/authority/credentials.ts";
import { AUDIENCE, RESOURCE, SCOPE, seedRegistry } from "#bench/authority/seed-registry.ts";
import { seedRevoked } from "#bench/authority/seed-revoked.ts";
import { memoryOf } from "#bench/child.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine } from "#bench/report/machine.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { type Context, systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import type { NewcomerReport } from "./fleet-words.ts";
import { type IngestReport, measureIngest } from "./measure-ingest.ts";
import { measurePropagation, type PropagationReport, type Revoking } from "./measure-propagation.ts";
import { measureStatusList, type StatusListReport } from "./measure-status-list.ts";
import { seedListed } from "./seed-listed.ts";
import { seedVerifiers } from "./seed-verifiers.ts";
import type { Settings } from "./settings.ts";
import { choosePlace, type Place, type Product, startProduct } from "./start-product.ts";
import { renderTable } from "./table.ts";
import { startFleet, startNewcomer } from "./verifier-fleet.ts";

export type ReachReport = {
  what: "reach";
  at: string;
  machine: Machine;
  settings: Settings;
  /** Null: the console is not built here, and there is no button. */
  propagation: PropagationReport | null;
  newcomer: NewcomerReport;
  statusList: StatusListReport;
  ingest: IngestReport;
  /** Of the authority's process at the end, in MB. */
  authorityRssMb: number;
  figures: Figure[];
};

const REPORTED_TOKENS = 200;

type Options = { records: boolean; log(line: string): void; stack: AsyncDisposableStack };
type Seeded = {
  place: Place;
  db: Database;
  owner: Database;
  clientId: string;
  clientAuthorization: string;
  apiToken: string;
  secrets: string[];
};

async function seed(settings: Settings, stack: AsyncDisposableStack): Promise<Seeded> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-reach-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const server = await startEmbeddedDatabase({ dataDir });
  stack.defer(() => server.stop());
  await migrate(server.url);
  const { url } = server;
  const open = (role: "app" | "owner") => {
    const db = openDatabase({ url, role, maxConnections: 2, applicationName: "tokenwarden bench" });
    stack.defer(() => db.end());
    return db;
  };
  const [db, owner] = [open("app"), open("owner")];
  const credentials = createCredentials();
  const clientId = await seedRegistry(db, credentials);
  const asOwner: Context = {
    ...systemContext(db, "bench"),
    actor: {
      kind: "api_token",
      id: "00000000-0000-7000-8000-000000000000",
      name: "bench",
      role: "owner",
      isUnattended: true,
      personId: null,
    },
  };
  const { token } = await createApiToken(asOwner, { name: "bench", role: "responder", isUnattended: true });
  return {
    place: await choosePlace(url, dataDir),
    db,
    owner,
    clientId,
    clientAuthorization: basic(credentials.clientId, credentials.clientSecret),
    apiToken: token,
    secrets: await seedVerifiers(db, settings.verifiers),
  };
}

/** What a service and a responder do, by HTTP. */
function actsOf({ authority, console }: Product, seeded: Seeded): Revoking {
  return {
    async issue() {
      const response = await fetch(`${authority}/oauth/token`, {
        method: "POST",
        headers: {
          authorization: seeded.clientAuthorization,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE, resource: RESOURCE }),
      });
      const { access_token: value } = (await response.json()) as { access_token?: string };
      if (value === undefined) throw new Error(`no token was issued: ${response.status}`);
      const payload = Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8");
      return { value, id: (JSON.parse(payload) as { jti: string }).jti };
    },
    async revoke(tokenId) {
      const response = await fetch(`${console}/api/v1/tokens/${tokenId}/revoke`, {
        method: "POST",
        headers: { authorization: `Bearer ${seeded.apiToken}`, "content-type": "application/json" },
        body: JSON.stringify({ reason: "test", note: "" }),
      });
      if (!response.ok) throw new Error(`the revocation was answered ${response.status}`);
      await response.arrayBuffer();
    },
  };
}

async function propagate(settings: Settings, seeded: Seeded, log: Options["log"]) {
  await using stack = new AsyncDisposableStack();
  const product = await startProduct(seeded.place, stack);
  if (product.console === null) {
    log("propagation: not measured, the console is not built");
    return null;
  }
  const acts = actsOf(product, seeded);
  const fleet = await startFleet({
    issuer: product.authority,
    audience: AUDIENCE,
    secrets: seeded.secrets,
    processes: settings.processes,
    stack,
  });
  log(`${seeded.secrets.length} verifiers are connected`);
  // the first requests of a new process compile it
  await measurePropagation(fleet, acts, Math.min(3, settings.rounds));
  const report = await measurePropagation(fleet, acts, settings.rounds);
  log(`${settings.rounds} revocations: done`);
  return report;
}

/**
 * Measures how far a revocation reaches and how fast: from the button to the refusal at every connected verifier, the newcomer that has to
 * learn all revocations, and the status list of those that ask nobody.
 *
 * @returns false where a verifier refused for another reason than the revocation, a newcomer did not learn everything, the list does not say what the register does, or a report is not on record.
 */
export async function benchReach(settings: Settings, { records, log, stack }: Options): Promise<boolean> {
  const at = new Date();
  const machine = readMachine();
  log("creating the database");
  const seeded = await seed(settings, stack);
  const propagation = await propagate(settings, seeded, log);
  await seedRevoked(seeded.owner, seeded.clientId, settings.facts);
  const listId = await seedListed(seeded.owner, seeded.clientId, settings.listed);
  log(`${settings.facts} revoked tokens, and ${settings.listed} in a status list: there`);
  const product = await startProduct(seeded.place, stack);
  const newcomer = await startNewcomer({
    issuer: product.authority,
    audience: AUDIENCE,
    secrets: seeded.secrets,
    stack,
  });
  log(`a newcomer knows ${newcomer.facts} facts`);
  const statusList = await measureStatusList(product.authority, listId);
  const [counted] = await seeded.db.query<{ revoked: number; feed: number }>(
    `SELECT (SELECT count(*)::int FROM token_standing s JOIN token t ON t.id = s.token_id WHERE t.status_list_id = $1::int) AS revoked,
       (SELECT count(*)::int FROM token_standing) AS feed`,
    [listId],
  );
  const { issue } = actsOf(product, seeded);
  const tokenIds: string[] = [];
  for (let count = 0; count < REPORTED_TOKENS; count += 1) tokenIds.push((await issue()).id);
  const ingest = await measureIngest({
    authority: product.authority,
    pid: product.authorityPid,
    secret: seeded.secrets[0] as string,
    tokenIds,
    databaseUrl: seeded.place.databaseUrl,
    ...(settings.mode === "smoke" ? { rounds: 1, secondsPerRound: 0.5 } : {}),
  });
  log("reports: done");
  const report: ReachReport = {
    what: "reach",
    at: at.toISOString(),
    machine,
    settings,
    propagation,
    newcomer,
    statusList,
    ingest,
    authorityRssMb: memoryOf(product.authorityPid).rssMb,
    figures: [
      { name: "propagation_p50_ms", value: propagation?.medianMs ?? null, unit: "ms" },
      { name: "propagation_p99_ms", value: propagation?.p99Ms ?? null, unit: "ms" },
      { name: "feed_catch_up_s", value: newcomer.seconds, unit: "s" },
      { name: "verifier_rss_mb", value: newcomer.rssAfterMb - newcomer.rssBeforeMb, unit: "MB" },
      { name: "status_list_kb", value: statusList.bytes / 1_024, unit: "KB" },
      { name: "status_list_build_s", value: statusList.firstSeconds, unit: "s" },
      { name: "report_ingest_ratio", value: ingest.ratio, unit: "x" },
      { name: "unrecorded_reports", value: ingest.unrecorded, unit: "reports" },
    ],
  };
  const table = renderTable(report);
  log(`\n${table}\n`);
  log(`written to ${path.relative(process.cwd(), writeResult("reach", at, report))}`);
  if (records) writeSection("reach", table);
  for (const figure of report.figures) console.log(figureLine(figure));
  const isKnown = newcomer.facts >= (counted?.feed ?? Number.NaN);
  const isClear = propagation === null || Object.keys(propagation.others).length === 0;
  return isKnown && isClear && statusList.revoked === counted?.revoked && ingest.unrecorded === 0;
}

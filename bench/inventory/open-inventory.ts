import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { createKeyWrapper, type KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { masterKeyFile, openMasterKeys } from "#lib/keys/master-keys.ts";
import { keepLiveTokens } from "#lib/tokens/keep-live-tokens.ts";
import { tallyClients } from "#lib/tokens/tally-clients.ts";
import { tallyTimes } from "#lib/tokens/tally-times.ts";
import { tallyAll } from "#lib/tokens/tally-tokens.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { resetSettings, setForLoading } from "./seed/loading-settings.ts";
import { type SeedReport, seedInventory } from "./seed/seed-inventory.ts";
import { inventOrganisation, type SyntheticOrganisation } from "./seed/synthetic-organisation.ts";
import type { Settings } from "./settings.ts";

export type Inventory = {
  dataDir: string;
  url: string;
  adminUrl: string;
  /** As the application. */
  db: Database;
  organisation: SyntheticOrganisation;
  seeded: SeedReport;
  /** Whether an earlier run made the data. */
  isReused: boolean;
};

const MINUTE_MS = 60_000;
/** Tokens counted in one transaction: nobody waits for it here. */
const TALLY_STEP = 1_000_000;
/** Of revocations, exchanges and uses each token is looked up. */
const TALLY_TIMES_STEP = 300_000;

function dataDirOf({ keepDir }: Settings, stack: AsyncDisposableStack): string {
  if (keepDir !== null) {
    mkdirSync(keepDir, { recursive: true });
    chmodSync(keepDir, 0o711);
    return keepDir;
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-inventory-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** The master key of a data folder, made where there is none: whoever starts the product on the folder opens the keys with it. */
function ensureMasterKey(dataDir: string): Buffer {
  const env = { dataDir, masterKey: undefined, masterKeyNext: undefined, masterKeyFile: undefined };
  const file = masterKeyFile(env);
  if (!existsSync(file))
    writeFileSync(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  return openMasterKeys(env)()[0];
}

function findSeeded(file: string, rows: number): SeedReport | null {
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, "utf8")) as SeedReport;
  if (report.rows !== rows)
    throw new Error(`${file} tells of ${report.rows} tokens, not ${rows}: name another folder, or remove it`);
  return { ...report, until: new Date(report.until) };
}

/** Counts what is not counted yet, and copies what lives on, as the worker does. */
async function tally(db: Database): Promise<void> {
  const lag = "0 seconds";
  await Promise.all([
    tallyAll(db, { lag, step: TALLY_STEP }),
    tallyTimes(db, { lag, step: TALLY_TIMES_STEP }),
    tallyClients(db, { lag, step: TALLY_TIMES_STEP }),
    keepLiveTokens(db, { lag, step: TALLY_TIMES_STEP }),
  ]);
}

/** Makes the tokens, and counts them into the tally as the worker does. */
async function fill(
  url: string,
  { rows, wrapper, log }: { rows: number; wrapper: KeyWrapper; log: (line: string) => void },
): Promise<SeedReport> {
  const until = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
  const seeded = await seedInventory({ url, rows, until, wrapper, log });
  const from = performance.now();
  // one for each that counts: none waits for another's long step
  const asOwner = { url, role: "owner", maxConnections: 4, applicationName: "tokenwarden bench" } as const;
  const owner = openDatabase(asOwner);
  try {
    await tally(owner);
    await owner.query("VACUUM ANALYZE token_tally, token_time_tally, token_client_tally, live_token");
  } finally {
    await owner.end();
  }
  seeded.phases.tally = (performance.now() - from) / 1_000;
  seeded.seconds += seeded.phases.tally;
  log(`tally: ${seeded.phases.tally.toFixed(1)} s`);
  return seeded;
}

/** Starts the product's own database on a folder, and fills it with synthetic tokens unless it holds them already. */
export async function openInventory(
  settings: Settings,
  { log, stack }: { log(line: string): void; stack: AsyncDisposableStack },
): Promise<Inventory> {
  const dataDir = dataDirOf(settings, stack);
  const file = path.join(dataDir, "inventory.json");
  const before = findSeeded(file, settings.rows);
  let server = await startEmbeddedDatabase({ dataDir, log });
  stack.defer(() => server.stop());
  await migrate(server.url);
  const startAgain = async () => {
    await server.stop();
    server = await startEmbeddedDatabase({ dataDir, log });
  };
  let seeded = before;
  if (seeded === null) {
    log(`making ${settings.rows} synthetic tokens in ${dataDir}`);
    await setForLoading(server.adminUrl);
    await startAgain();
    const wrapper = createKeyWrapper(ensureMasterKey(dataDir));
    seeded = await fill(server.url, { rows: settings.rows, wrapper, log });
    await resetSettings(server.adminUrl);
    await startAgain();
    writeFileSync(file, JSON.stringify(seeded));
  }
  const { url, adminUrl } = server;
  const db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "tokenwarden bench" });
  stack.defer(() => db.end());
  if (before !== null) await tally(db);
  const from = new Date(seeded.until.getTime() - 90 * 86_400_000);
  return {
    dataDir,
    url,
    adminUrl,
    db,
    organisation: inventOrganisation(settings.rows, from),
    seeded,
    isReused: before !== null,
  };
}

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const CHAR_OID = 18;

/** Columns of the catalogue's one-character type, by the rows they came with; the adapter itself refuses that type. */
const characterColumns = new WeakMap<unknown[], number[]>();

function acceptCharacters(pool: pg.Pool): void {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult | pg.QueryResult[]>;
  const accept = async (...args: unknown[]) => {
    const answer = await query(...args);
    if (Array.isArray(answer)) return answer;
    const columns = answer.fields.flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : []));
    for (const field of answer.fields) {
      if (field.dataTypeID === CHAR_OID) field.dataTypeID = pg.types.builtins.TEXT;
    }
    if (columns.length > 0) characterColumns.set(answer.rows, columns);
    return answer;
  };
  pool.query = accept as typeof pool.query;
}

/** Everything goes over one connection, so that the caller's BEGIN and COMMIT hold what the engine does. */
export function openSingleConnection(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 10_000,
    options: "-c timezone=UTC -c client_min_messages=warning",
  });
  pool.on("error", () => {});
  acceptCharacters(pool);
  return pool;
}

const scriptErrors = new WeakMap<pg.Pool, Error>();

/** Why the last script on this connection failed; the engine itself reports what it met afterwards. */
export function findScriptError(pool: pg.Pool): Error | null {
  return scriptErrors.get(pool) ?? null;
}

type Connected = { dispose(): Promise<void> };

/** What it connects goes onto `connected`: the engine, when it is freed, lets none of it go, and each listens to the pool. */
function adapterFactory(pool: pg.Pool, connected: Connected[]): PrismaPg {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    connected.push(adapter);
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const column of characterColumns.get(result.rows) ?? []) {
        result.columnTypes[column] = ColumnTypeEnum.Character;
      }
      return result;
    };
    // The adapter's own version cuts a script at every semicolon, also inside of comments and function bodies.
    adapter.executeScript = async (script) => {
      try {
        await pool.query(script);
      } catch (error) {
        scriptErrors.set(pool, error as Error);
        throw error;
      }
    };
    return adapter;
  };
  return factory;
}

/** The engine guards its own lock with a timer of ten seconds, which must not keep a process alive. */
function startIdleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout {
  return setTimeout(callback, milliseconds >>> 0).unref();
}

let loading: Promise<typeof SchemaEngine> | undefined;

/** The package's own entry imports its .wasm as a module, which Node still warns about; this loads it by hand. */
async function loadEngine(): Promise<typeof SchemaEngine> {
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const file = path.join(path.dirname(entry), "schema_engine_bg.wasm");
  const imports = { ...bindings } as unknown as WebAssembly.ModuleImports;
  for (const name of Object.keys(imports)) {
    if (name.startsWith("__wbg_setTimeout_")) imports[name] = startIdleTimer;
  }
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    "./schema_engine_bg.js": imports,
  });
  const glue = bindings as unknown as {
    __wbg_set_wasm(exports: unknown): void;
    SchemaEngine: typeof SchemaEngine;
  };
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue.SchemaEngine;
}

/**
 * Prisma's schema engine on a database, without a binary or a download. `shadow` is an empty database that `diff`
 * from migrations fills; it is the caller's to create and drop.
 */
export async function withSchemaEngine<T>(
  pools: { database: pg.Pool; shadow?: pg.Pool },
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loading ??= loadEngine();
  const Engine = await loading;
  const connected: Connected[] = [];
  const factory = adapterFactory(pools.database, connected);
  const { shadow } = pools;
  if (shadow) factory.connectToShadowDb = () => adapterFactory(shadow, connected).connect();
  const bound = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await Engine.new({ datamodels: undefined }, () => {}, bound);
  try {
    return await use(engine);
  } finally {
    engine.free();
    await Promise.all(connected.map((adapter) => adapter.dispose()));
  }
}

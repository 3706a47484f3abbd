import { readFile } from "node:fs/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

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
  return pool;
}

function adapterFactory(pool: pg.Pool): PrismaPg {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    // The adapter's own version cuts a script at every semicolon, also inside of comments and function bodies.
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    return adapter;
  };
  return factory;
}

let loading: Promise<typeof SchemaEngine> | undefined;

/** The package's own entry imports its .wasm as a module, which Node still warns about; this loads it by hand. */
async function loadEngine(): Promise<typeof SchemaEngine> {
  const file = new URL("schema_engine_bg.wasm", import.meta.resolve("@prisma/schema-engine-wasm"));
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports,
  });
  const glue = bindings as unknown as { __wbg_set_wasm(exports: unknown): void; SchemaEngine: typeof SchemaEngine };
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
  const factory = adapterFactory(pools.database);
  const { shadow } = pools;
  if (shadow) factory.connectToShadowDb = () => adapterFactory(shadow).connect();
  const bound = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await Engine.new({ datamodels: undefined }, () => {}, bound);
  try {
    return await use(engine);
  } finally {
    engine.free();
  }
}

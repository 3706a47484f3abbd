import pg from "pg";

/**
 * How the database is set while it is filled: what goes into a new table is not written to the log as well, and checkpoints are rare. The
 * database must start again for it to hold, and once more without it before anything is measured.
 */
const LOADING = {
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "12GB",
  checkpoint_timeout: "1h",
  full_page_writes: "off",
  shared_buffers: "1GB",
  autovacuum: "off",
} as const;

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl, application_name: "tokenwarden bench seed" });
  await admin.connect();
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.end();
  }
}

/** @param but settings that differ: where the disk is small, how much of the log is kept. */
export function setForLoading(
  adminUrl: string,
  but: Partial<Record<keyof typeof LOADING, string>> = {},
): Promise<void> {
  return asAdmin(
    adminUrl,
    Object.entries({ ...LOADING, ...but }).map(([name, value]) => `ALTER SYSTEM SET ${name} = '${value}'`),
  );
}

export function resetSettings(adminUrl: string): Promise<void> {
  return asAdmin(adminUrl, ["ALTER SYSTEM RESET ALL", "CHECKPOINT"]);
}

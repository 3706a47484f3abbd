import type { Adapter, AdapterPayload } from "oidc-provider";
import type pg from "pg";

/** One table for all models, as in the adapters that oidc-provider's documentation shows. */
export async function createTable(pool: pg.Pool): Promise<void> {
  await pool.query(`
    CREATE TABLE IF NOT EXISTS oidc (
      model text NOT NULL, id text NOT NULL, payload jsonb NOT NULL, grant_id text, user_code text, uid text,
      expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (model, id));
    CREATE INDEX IF NOT EXISTS oidc_grant_id ON oidc (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS oidc_user_code ON oidc (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX IF NOT EXISTS oidc_uid ON oidc (uid) WHERE uid IS NOT NULL`);
}

type Row = { payload: AdapterPayload; consumed_at: Date | null };

const FIND =
  "SELECT payload, consumed_at FROM oidc WHERE (expires_at IS NULL OR expires_at > now()) AND model = $1 AND";

/** One statement a call, nothing joined, nothing kept in memory. */
export function adapterOn(pool: pg.Pool): (model: string) => Adapter {
  return (model) => {
    async function findBy(
      column: "id" | "uid" | "user_code",
      value: string,
    ): Promise<AdapterPayload | undefined> {
      const { rows } = await pool.query<Row>(`${FIND} ${column} = $2`, [model, value]);
      const row = rows[0];
      if (row === undefined) return undefined;
      return row.consumed_at === null ? row.payload : { ...row.payload, consumed: true };
    }
    return {
      find: (id) => findBy("id", id),
      findByUid: (uid) => findBy("uid", uid),
      findByUserCode: (userCode) => findBy("user_code", userCode),
      async upsert(id, payload, expiresIn) {
        await pool.query(
          `INSERT INTO oidc (model, id, payload, grant_id, user_code, uid, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
          [
            model,
            id,
            payload,
            payload.grantId ?? null,
            payload.userCode ?? null,
            payload.uid ?? null,
            expiresIn ? new Date(Date.now() + expiresIn * 1_000) : null,
          ],
        );
      },
      async consume(id) {
        await pool.query("UPDATE oidc SET consumed_at = now() WHERE model = $1 AND id = $2", [model, id]);
      },
      async destroy(id) {
        await pool.query("DELETE FROM oidc WHERE model = $1 AND id = $2", [model, id]);
      },
      async revokeByGrantId(grantId) {
        await pool.query("DELETE FROM oidc WHERE grant_id = $1", [grantId]);
      },
    };
  };
}

import { randomBytes } from "node:crypto";
import pg from "pg";
import { urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { basic } from "./drive-authority.ts";
import { REDIRECT_URI } from "./issue-tokens.ts";
import type { SecretsRun } from "./secrets-run.ts";
import type { Registry } from "./set-up.ts";

export async function breakTheDatabase(run: SecretsRun, registry: Registry): Promise<void> {
  const ask = async () => {
    for (const name of ["jwt access token", "refresh token", "API token"]) {
      const bait = run.bait(name);
      const slips = { "user-agent": bait, referer: bait };
      await run.authority.ask("/oauth/introspect", {
        form: { token: bait },
        headers: { authorization: `Bearer ${registry.verifier}`, ...slips },
      });
      await run.authority.ask("/verify", {
        headers: {
          authorization: `Bearer ${bait}`,
          "x-tokenwarden-verifier": registry.verifier,
          "x-original-uri": `/${bait}`,
          ...slips,
        },
      });
      await run.authority.ask("/oauth/revoke", {
        form: { token: bait },
        headers: { authorization: basic(registry.web), ...slips },
      });
      await run.authority.ask("/oauth/userinfo", { headers: { authorization: `Bearer ${bait}`, ...slips } });
      await run.authority.token(
        registry.web,
        { grant_type: "refresh_token", refresh_token: bait },
        { headers: slips },
      );
      await run.authority.token(
        registry.web,
        { grant_type: "authorization_code", code: bait, redirect_uri: REDIRECT_URI, code_verifier: bait },
        { headers: slips },
      );
      await run.authority.token(registry.jwt, { grant_type: "client_credentials" }, { headers: slips });
      await run.console.ask("/api/v1/users", {
        json: {
          email: `${randomBytes(3).toString("hex")}@example.com`,
          name: "N",
          password: registry.password,
        },
        headers: { authorization: `Bearer ${run.ownerToken()}`, ...slips },
      });
      await run.console.ask("/api/v1/tokens", { headers: { authorization: `Bearer ${bait}`, ...slips } });
    }
    await run.console.ask("/tokens", {}, run.sessions.get("owner"));
    await run.console
      .signIn(
        {
          email: "owner@example.com",
          password: run.secrets.get("password of the owner") as string,
          totpSecret: "AAAAAAAA",
        },
        0,
      )
      .catch(() => {});
  };
  // of another version's schema, and a fault that nobody foresaw
  const renamed = ["token_use", "protocol_state", "token_family", "audit_chain"];
  for (const table of renamed) await run.query(`ALTER TABLE ${table} RENAME TO broken_${table}`);
  await ask();
  for (const table of renamed) await run.query(`ALTER TABLE broken_${table} RENAME TO ${table}`);
  await run.query(
    "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', NEW; END'",
  );
  const broken = ["token_use", "protocol_state", "audit_entry"];
  for (const table of broken)
    await run.query(
      `CREATE TRIGGER break_off BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION break_off()`,
    );
  await ask();
  for (const table of broken) await run.query(`DROP TRIGGER break_off ON ${table}`);
  const beside = new pg.Client({ connectionString: urlOfDatabase(run.databaseUrl, "postgres") });
  await beside.connect();
  await beside.query("ALTER DATABASE tokenwarden WITH ALLOW_CONNECTIONS false");
  await beside.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tokenwarden'");
  await ask();
  await beside.query("ALTER DATABASE tokenwarden WITH ALLOW_CONNECTIONS true");
  await beside.end();
}

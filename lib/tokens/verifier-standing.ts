import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TokenRow, VerifierStanding } from "./model.ts";

type VerifierRecord = {
  id: string;
  name: string;
  mode: string;
  maxStalenessSeconds: number;
  lastSeenAt: Date | null;
  audiences: string[];
  /** It decides by itself and reports afterwards. */
  isLocal: boolean;
};

/**
 * The verifiers that answer for a token's audiences, and until when each can still accept it. One that asks the authority refuses from the
 * order's commit on; one that decides by itself at most its own staleness later.
 */
export async function readVerifierStandings(
  db: Sql,
  token: TokenRow,
  now: Date,
): Promise<VerifierStanding[]> {
  if (token.kind === "refresh") return [];
  const records = await run<VerifierRecord>(
    db,
    sql`SELECT v.id, v.name, v.mode, v.max_staleness_seconds AS "maxStalenessSeconds", v.last_seen_at AS "lastSeenAt",
        array_agg(a.name ORDER BY a.name) AS audiences,
        EXISTS (SELECT FROM token_use x WHERE x.token_id = ${token.id}::uuid AND x.verifier_id = v.id AND x.source = 'report'
          AND x.received_at >= ${new Date(token.issuedAt)}::timestamptz) AS "isLocal"
      FROM verifier v JOIN verifier_audience va ON va.verifier_id = v.id JOIN audience a ON a.id = va.audience_id
      WHERE v.disabled_at IS NULL AND a.name = ANY (${token.audiences}::text[]) GROUP BY v.id ORDER BY v.name`,
  );
  return records.map((record) => ({
    verifierId: record.id,
    name: record.name,
    mode: record.mode,
    audiences: record.audiences,
    lastSeenAt: record.lastSeenAt?.toISOString() ?? null,
    ...standing(token, record, now),
  }));
}

function standing(
  token: TokenRow,
  verifier: VerifierRecord,
  now: Date,
): { acceptsUntil: string | null; says: string } {
  switch (token.state) {
    case "active":
    case "not_yet_valid":
      if (token.client.isDisabled) return { acceptsUntil: null, says: "Refuses it: the client is disabled." };
      return {
        acceptsUntil: token.expiresAt,
        says: verifier.isLocal
          ? "Accepts it until it expires."
          : "Asks at each use, and accepts it until it expires.",
      };
    case "expired":
    case "consumed":
      return { acceptsUntil: null, says: "Refuses it: its lifetime is over." };
    case "revoked":
    case "suspended": {
      const endedAt = token.endedAt === null ? now.getTime() : new Date(token.endedAt).getTime();
      const until = verifier.isLocal ? endedAt + verifier.maxStalenessSeconds * 1000 : endedAt;
      if (until > now.getTime())
        return {
          acceptsUntil: new Date(until).toISOString(),
          says: "Decides by itself: can still accept it until then.",
        };
      return {
        acceptsUntil: null,
        says: verifier.isLocal ? "Refuses it." : "Asks at each use: it refused from the first moment on.",
      };
    }
    default:
      return token.state satisfies never;
  }
}

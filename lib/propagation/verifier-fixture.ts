import { randomUUID } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { CheckWay, VerifierMode } from "../verifiers/model.ts";
import type { SeenWay } from "./model.ts";

export type NewVerifier = {
  name: string;
  audience: string;
  checkWay?: CheckWay;
  mode?: VerifierMode;
  maxStalenessSeconds?: number;
  auditMode?: "durable" | "relaxed";
  askedAt?: Date | null;
  disabledAt?: Date | null;
};

export type NewInstance = {
  verifierId: string;
  way?: SeenWay;
  agent?: string | null;
  mode?: VerifierMode | null;
  position?: bigint | null;
  firstSeenAt?: Date;
  seenAt?: Date;
  disconnectedAt?: Date | null;
  lost?: number;
};

/** Verifiers and what was heard of them, for database tests: the rows that registrations and the authority write. */
export function verifierFixtureOf(db: Database) {
  return {
    async verifier(verifier: NewVerifier): Promise<string> {
      const id = randomUUID();
      await db.query(
        `INSERT INTO verifier (id, name, check_way, mode, max_staleness_seconds, audit_mode, last_seen_at, disabled_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())`,
        [
          id,
          verifier.name,
          verifier.checkWay ?? "feed",
          verifier.mode ?? "strict",
          verifier.maxStalenessSeconds ?? 60,
          verifier.auditMode ?? "durable",
          verifier.askedAt ?? null,
          verifier.disabledAt ?? null,
        ],
      );
      await db.query(
        `INSERT INTO audience (id, name, title, resource_uri, created_at) VALUES ($1, $2, $2, 'https://' || $2 || '.example.com/', now())
         ON CONFLICT DO NOTHING`,
        [randomUUID(), verifier.audience],
      );
      await db.query(
        "INSERT INTO verifier_audience (verifier_id, audience_id) SELECT $1, id FROM audience WHERE name = $2",
        [id, verifier.audience],
      );
      return id;
    },

    /** A worker saw the feed's head at `position`. */
    async sighted(position: bigint, at: Date): Promise<void> {
      await db.query("INSERT INTO feed_sighting (position, at) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
        position,
        at,
      ]);
    },

    async instance(instance: NewInstance): Promise<string> {
      const id = randomUUID();
      const seenAt = instance.seenAt ?? new Date();
      const position = instance.position ?? null;
      await db.query(
        `INSERT INTO verifier_instance (verifier_id, instance_id, way, agent, mode, position, position_at, seen_at, disconnected_at, first_seen_at, lost)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          instance.verifierId,
          id,
          instance.way ?? "feed",
          instance.agent ?? null,
          instance.mode ?? null,
          position,
          position === null ? null : seenAt,
          seenAt,
          instance.disconnectedAt ?? null,
          instance.firstSeenAt ?? new Date(seenAt.getTime() - 3_600_000),
          instance.lost ?? 0,
        ],
      );
      return id;
    },

    /** An instance said at `at` that it has applied the feed up to `position`. */
    async acknowledge(verifierId: string, instanceId: string, position: bigint, at: Date): Promise<void> {
      await db.query(
        `WITH i AS (UPDATE verifier_instance SET position = $3, position_at = $4, seen_at = greatest(seen_at, $4)
           WHERE verifier_id = $1 AND instance_id = $2)
         INSERT INTO feed_acknowledgement (verifier_id, instance_id, position, at) VALUES ($1, $2, $3, $4)`,
        [verifierId, instanceId, position, at],
      );
    },
  };
}

import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { journey } from "#app/_lib/schemas/propagation.ts";
import { VERBS } from "#lib/revocations/model.ts";
import { TOKEN_FORMATS, TOKEN_KINDS, TOKEN_STATES } from "#lib/tokens/model.ts";
import { CHECK_WAYS, VERIFIER_MODES } from "#lib/verifiers/model.ts";

export const tokenRow = z.object({
  id: z.string(),
  kind: z.enum(TOKEN_KINDS),
  format: z.enum(TOKEN_FORMATS),
  state: z.enum(TOKEN_STATES),
  subject: z.string(),
  user: z.object({ id: z.string(), email: z.string(), name: z.string(), isDisabled: z.boolean() }).nullable(),
  client: z.object({ id: z.string(), clientId: z.string(), name: z.string(), isDisabled: z.boolean() }),
  permissions: z.array(z.string()),
  groups: z.array(z.string()),
  audiences: z.array(z.string()),
  issuingCountry: z.string().nullable(),
  issuedAt: instant,
  expiresAt: instant,
  endedAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  lastIp: z.string().nullable(),
  useCount: z.number(),
  refusedCount: z.number(),
});

const standingOrder = z.object({
  id: z.string(),
  verb: z.enum(VERBS),
  targetKind: z.string(),
  targetId: z.string(),
  targetName: z.string(),
  reason: z.string(),
  note: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  actorName: z.string(),
  createdAt: instant,
  effectiveFrom: instant,
  expiresAt: instant.nullable(),
  until: instant.nullable(),
  isCancelled: z.boolean(),
  decides: z.boolean(),
});

const lineageNode = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  kind: z.enum(TOKEN_KINDS),
  state: z.enum(TOKEN_STATES),
  permissions: z.array(z.string()),
  issuedAt: instant,
  expiresAt: instant,
  endedAt: instant.nullable(),
  consumedAt: instant.nullable(),
});

const verifierStanding = z.object({
  verifierId: z.string(),
  name: z.string(),
  checkWay: z.enum(CHECK_WAYS),
  mode: z.enum(VERIFIER_MODES),
  audiences: z.array(z.string()),
  acceptsUntil: instant.nullable(),
  says: z.string(),
  lastSeenAt: instant.nullable(),
});

export const tokenDetail = tokenRow.extend({
  familyId: z.string(),
  parentId: z.string().nullable(),
  sessionUid: z.string().nullable(),
  grantType: z.string(),
  roles: z.array(z.string()),
  rootedAt: instant,
  issuingIp: z.string().nullable(),
  issuingUserAgent: z.string().nullable(),
  valueHash: z.string(),
  signingKid: z.string().nullable(),
  algorithm: z.string().nullable(),
  header: z.record(z.string(), z.unknown()).nullable(),
  payload: z.record(z.string(), z.unknown()),
  orders: z.array(standingOrder),
  lineage: z.array(lineageNode),
  lineageTotal: z.int(),
  liveRefreshTokenId: z.string().nullable(),
  verifiers: z.array(verifierStanding),
  journey: journey.nullable(),
});

const useBucket = z.object({ at: instant, issued: z.int(), allowed: z.int(), refused: z.int() });

const histogram = z.object({
  from: instant,
  to: instant,
  bucketSeconds: z.int(),
  buckets: z.array(useBucket),
});

export const tokenUseHistogram = histogram.extend({
  refusedAs: z.object({ revoked: z.int(), expired: z.int(), suspended: z.int() }),
});

export const useHistogram = histogram.extend({
  countedFrom: instant,
  total: z.object({ issued: z.int(), allowed: z.int(), refused: z.int() }),
});

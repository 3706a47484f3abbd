import type { AudienceRow } from "../audiences/model.ts";
import type { AuditEntryDetail, RefusedCountRow, TokenUseRow } from "../audit/model.ts";
import type { ClientRow } from "../clients/model.ts";
import type { GroupRow } from "../groups/model.ts";
import type { OrderRow } from "../revocations/model.ts";
import type { TokenRow } from "../tokens/model.ts";
import type { UserRow } from "../users/model.ts";
import type { VerifierListRow } from "../verifiers/model.ts";

export type Cell = string | number | null;
/** Flat columns of a list's rows: a name and what stands under it. Times stay ISO 8601 in UTC. */
export type Columns<Row> = Record<string, (row: Row) => Cell>;

/** Names hold no semicolon; permissions are written as OAuth writes them, between spaces. */
function listed(values: readonly string[]): string {
  return values.join("; ");
}

/** What an act changed, as it is on record: secrets never came there. */
function asJson(fields: Record<string, unknown> | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

export const TOKEN_COLUMNS: Columns<TokenRow> = {
  id: (row) => row.id,
  kind: (row) => row.kind,
  format: (row) => row.format,
  state: (row) => row.state,
  subject: (row) => row.subject,
  user_id: (row) => row.user?.id ?? null,
  user_email: (row) => row.user?.email ?? null,
  user_name: (row) => row.user?.name ?? null,
  client_id: (row) => row.client.clientId,
  client_name: (row) => row.client.name,
  permissions: (row) => row.permissions.join(" "),
  groups: (row) => listed(row.groups),
  audiences: (row) => listed(row.audiences),
  issuing_country: (row) => row.issuingCountry,
  issued_at: (row) => row.issuedAt,
  expires_at: (row) => row.expiresAt,
  ended_at: (row) => row.endedAt,
  last_used_at: (row) => row.lastUsedAt,
  last_ip: (row) => row.lastIp,
  use_count: (row) => row.useCount,
  refused_count: (row) => row.refusedCount,
};

export const USE_COLUMNS: Columns<TokenUseRow> = {
  id: (row) => row.id,
  received_at: (row) => row.receivedAt,
  at: (row) => row.at,
  outcome: (row) => row.outcome,
  refusal: (row) => row.refusal,
  source: (row) => row.source,
  token_id: (row) => row.token.id,
  token_kind: (row) => row.token.kind,
  family_id: (row) => row.familyId,
  client_id: (row) => row.client.clientId,
  client_name: (row) => row.client.name,
  user_id: (row) => row.user?.id ?? null,
  user_email: (row) => row.user?.email ?? null,
  subject: (row) => row.subject,
  verifier: (row) => row.verifier?.name ?? null,
  audience: (row) => row.audience,
  method: (row) => row.method,
  path: (row) => row.path,
  ip: (row) => row.ip,
  country: (row) => row.country,
  user_agent: (row) => row.userAgent,
  status: (row) => row.status,
  bytes: (row) => row.bytes,
  latency_us: (row) => row.latencyMicroseconds,
  writer: (row) => row.chain.writer,
  flush: (row) => row.chain.flush,
  ordinal: (row) => row.chain.ordinal,
};

export const ENTRY_COLUMNS: Columns<AuditEntryDetail> = {
  sequence: (row) => row.sequence,
  id: (row) => row.id,
  at: (row) => row.at,
  actor_kind: (row) => row.actor.kind,
  actor_id: (row) => row.actor.id,
  actor_name: (row) => row.actor.name,
  act: (row) => row.act,
  outcome: (row) => row.outcome,
  error_code: (row) => row.errorCode,
  target_kind: (row) => row.target.kind,
  target_id: (row) => row.target.id,
  target_name: (row) => row.target.name,
  reason: (row) => row.reason,
  note: (row) => row.note,
  request_id: (row) => row.requestId,
  ip: (row) => row.ip,
  user_agent: (row) => row.userAgent,
  before: (row) => asJson(row.before),
  after: (row) => asJson(row.after),
  erased: (row) => listed(row.erased),
};

export const REFUSED_COLUMNS: Columns<RefusedCountRow> = {
  minute: (row) => row.minute,
  asker_kind: (row) => row.asker.kind,
  asker: (row) => row.asker.name,
  ip: (row) => row.ip,
  refusal: (row) => row.refusal,
  count: (row) => row.count,
};

export const ORDER_COLUMNS: Columns<OrderRow> = {
  position: (row) => row.position,
  id: (row) => row.id,
  verb: (row) => row.verb,
  target_kind: (row) => row.target.kind,
  target_id: (row) => row.target.id,
  target_name: (row) => row.target.name,
  reason: (row) => row.reason,
  note: (row) => row.note,
  cutoff: (row) => row.cutoff,
  created_at: (row) => row.createdAt,
  effective_from: (row) => row.effectiveFrom,
  expires_at: (row) => row.expiresAt,
  actor_kind: (row) => row.actor.kind,
  actor_id: (row) => row.actor.id,
  actor_name: (row) => row.actor.name,
  settled_at: (row) => row.settledAt,
  settled_count: (row) => row.settledCount,
};

export const USER_COLUMNS: Columns<UserRow> = {
  id: (row) => row.id,
  email: (row) => row.email,
  name: (row) => row.name,
  state: (row) => row.state,
  groups: (row) => listed(row.groups.map((group) => group.name)),
  live_tokens: (row) => row.liveTokens,
  created_at: (row) => row.createdAt,
  last_sign_in_at: (row) => row.lastSignInAt,
};

export const GROUP_COLUMNS: Columns<GroupRow> = {
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  members: (row) => row.memberCount,
  clients: (row) => row.clientCount,
  permission_count: (row) => row.permissionCount,
  permissions: (row) => row.permissionNames.join(" "),
  created_at: (row) => row.createdAt,
};

export const CLIENT_COLUMNS: Columns<ClientRow> = {
  id: (row) => row.id,
  client_id: (row) => row.clientId,
  name: (row) => row.name,
  description: (row) => row.description,
  kind: (row) => row.kind,
  token_format: (row) => row.tokenFormat,
  state: (row) => row.state,
  access_token_seconds: (row) => row.accessTokenTtl.seconds,
  audiences: (row) => listed(row.audiences.map((audience) => audience.name)),
  live_tokens: (row) => row.liveTokens,
  created_at: (row) => row.createdAt,
};

export const AUDIENCE_COLUMNS: Columns<AudienceRow> = {
  id: (row) => row.id,
  name: (row) => row.name,
  title: (row) => row.title,
  resource_uri: (row) => row.resourceUri,
  permissions: (row) => row.permissions.map((permission) => permission.name).join(" "),
  clients: (row) => row.clientCount,
  verifiers: (row) => row.verifierCount,
  created_at: (row) => row.createdAt,
};

export const VERIFIER_COLUMNS: Columns<VerifierListRow> = {
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  state: (row) => row.state,
  mode: (row) => row.mode,
  max_staleness_seconds: (row) => row.maxStalenessSeconds,
  audit_mode: (row) => row.auditMode,
  check_way: (row) => row.checkWay,
  seen_ways: (row) => listed(row.propagation.seenWays),
  standing: (row) => row.propagation.standing,
  behind_by: (row) => row.propagation.behindBy,
  silent_since: (row) => row.propagation.silentSince,
  live_instances: (row) => row.propagation.instances.live,
  allowed_24h: (row) => row.uses?.allowed ?? null,
  refused_24h: (row) => row.uses?.refused ?? null,
  lost_24h: (row) => row.lost,
  p50_us: (row) => row.latencyUs?.p50 ?? null,
  p99_us: (row) => row.latencyUs?.p99 ?? null,
  audiences: (row) => listed(row.audiences.map((audience) => audience.name)),
  last_seen_at: (row) => row.lastSeenAt,
  created_at: (row) => row.createdAt,
};

import { REFUSAL_WORDS, type Refusal } from "../audit/use-words.ts";
import { type OcsfEvent, ocsfBase, present } from "./ocsf-base.ts";
import type { UseEvent } from "./stream-event.ts";

/** Refusals that are findings by themselves: what came was not what was handed out, or came twice. */
const FINDINGS: ReadonlySet<string> = new Set(["replayed", "altered"] satisfies Refusal[]);
const AUTHENTICATION_TICKET = 3;
const SERVICE_TICKET_RENEW = 5;
const OAUTH = 6;
const OTHER = 99;
const METHODS: Record<string, number> = { POST: 1, GET: 2, HEAD: 2, PUT: 3, PATCH: 3, DELETE: 4 };
/** Methods that the schema has a word for. */
const NAMED = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]);
const USER = 1;
const SERVICE = 4;

const refusalWords = (refusal: string) =>
  Object.hasOwn(REFUSAL_WORDS, refusal) ? REFUSAL_WORDS[refusal as Refusal] : refusal.replaceAll("_", " ");

/** A use: an issue or a renewal authenticates, what a verifier was asked about is API activity, a replay is a finding. */
export function ocsfOfUse(use: UseEvent): OcsfEvent {
  if (use.refusal !== null && FINDINGS.has(use.refusal)) return finding(use, use.refusal);
  if (use.outcome === "issued") return authentication(use, AUTHENTICATION_TICKET);
  if (use.source === "refresh") return authentication(use, SERVICE_TICKET_RENEW);
  return apiActivity(use);
}

const happened = (use: UseEvent) => ({
  id: use.id,
  at: use.at,
  loggedAt: use.receivedAt,
  code: `${use.source}.${use.outcome}`,
  log: "token_use" as const,
  isRefused: use.outcome === "refused",
});

const detail = (use: UseEvent) =>
  use.refusal === null ? {} : { status_code: use.refusal, status_detail: refusalWords(use.refusal) };

const whose = (use: UseEvent) =>
  use.user === null
    ? { uid: use.client.id, name: use.subject, type_id: SERVICE }
    : { uid: use.user.id, name: use.user.name, email_addr: use.user.email, type_id: USER };

/** By address where it is known; else by the application that asked. */
const from = (use: UseEvent) => ({
  ...(use.ip === null ? {} : { ip: use.ip }),
  ...(use.country === null ? {} : { location: { country: use.country } }),
  svc_name: use.client.clientId,
});

/** The token by its id, the family as its session: never a value. */
const session = (use: UseEvent) => ({ uid: use.familyId, credential_uid: use.token.id });

const request = (use: UseEvent) => {
  const fields = present({
    http_method: use.method !== null && NAMED.has(use.method) ? use.method : null,
    url: use.path === null ? null : { path: use.path },
    user_agent: use.userAgent,
  });
  return Object.keys(fields).length === 0 ? {} : { http_request: fields };
};

const unmapped = (use: UseEvent) => ({
  unmapped: present({
    token_id: use.token.id,
    token_kind: use.token.kind,
    family_id: use.familyId,
    client_id: use.client.clientId,
    audience: use.audience,
    verifier_id: use.verifier?.id,
    source: use.source,
    method: use.method,
    bytes: use.bytes,
    latency_microseconds: use.latencyMicroseconds,
    chain: use.chain,
  }),
});

function authentication(use: UseEvent, activityId: number): OcsfEvent {
  return {
    ...ocsfBase("authentication", activityId, happened(use)),
    ...detail(use),
    user: whose(use),
    service: { uid: use.client.id, name: use.client.name },
    src_endpoint: from(use),
    session: session(use),
    auth_protocol_id: OAUTH,
    auth_protocol: "OAUTH 2.0",
    ...request(use),
    ...unmapped(use),
  };
}

function apiActivity(use: UseEvent): OcsfEvent {
  const activityId = (use.method !== null && METHODS[use.method.toUpperCase()]) || OTHER;
  const operation = use.method === null ? use.source : `${use.method} ${use.path ?? ""}`.trim();
  return {
    ...ocsfBase("api_activity", activityId, happened(use)),
    ...(activityId === OTHER ? { activity_name: use.source } : {}),
    ...detail(use),
    api: {
      operation,
      ...(use.verifier === null ? {} : { service: { uid: use.verifier.id, name: use.verifier.name } }),
    },
    actor: {
      user: whose(use),
      session: session(use),
      app_uid: use.client.id,
      app_name: use.client.name,
    },
    src_endpoint: from(use),
    ...request(use),
    ...(use.status === null ? {} : { http_response: { code: use.status } }),
    ...(use.latencyMicroseconds === null ? {} : { duration: Math.round(use.latencyMicroseconds / 1_000) }),
    ...unmapped(use),
  };
}

function finding(use: UseEvent, refusal: string): OcsfEvent {
  return {
    ...ocsfBase("detection_finding", 1, { ...happened(use), severity: "high" }),
    message: refusalWords(refusal),
    finding_info: {
      uid: use.id,
      title: refusalWords(refusal),
      created_time: Date.parse(use.receivedAt),
      types: [refusal],
    },
    evidences: [
      {
        actor: { user: whose(use), session: session(use), app_uid: use.client.id, app_name: use.client.name },
        src_endpoint: from(use),
        ...request(use),
      },
    ],
    ...unmapped(use),
  };
}

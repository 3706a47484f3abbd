import type { ActEvent, UseEvent } from "./stream-event.ts";

/** An act as a test wants it; what is not named is a change of a client by Ines. */
export function actEvent(change: Partial<ActEvent> = {}): ActEvent {
  return {
    type: "admin_act",
    id: "019ad0c0-0000-7000-8000-000000000001",
    sequence: "42",
    at: "2026-11-29T02:00:00.123Z",
    actor: { kind: "admin", id: "019ad0c0-0000-7000-8000-000000000002", name: "ines@example.com" },
    act: "client.updated",
    outcome: "done",
    errorCode: null,
    target: { kind: "client", id: "019ad0c0-0000-7000-8000-000000000003", name: "Billing" },
    reason: null,
    note: null,
    requestId: "019ad0c0-0000-7000-8000-000000000004",
    ip: "192.0.2.7",
    userAgent: "curl/8",
    before: { accessTokenTtlSeconds: 3600 },
    after: { accessTokenTtlSeconds: 600 },
    ...change,
  };
}

/** A use as a test wants it; what is not named is a GET that forward-auth allowed. */
export function useEvent(change: Partial<UseEvent> = {}): UseEvent {
  return {
    type: "token_use",
    id: "019ad0c0-0000-7000-8000-000000000011",
    receivedAt: "2026-11-29T02:00:00.456Z",
    at: "2026-11-29T02:00:00.400Z",
    outcome: "allowed",
    refusal: null,
    source: "forward_auth",
    token: { id: "019ad0c0-0000-7000-8000-000000000012", kind: "access" },
    familyId: "019ad0c0-0000-7000-8000-000000000013",
    client: { id: "019ad0c0-0000-7000-8000-000000000014", clientId: "portal", name: "Portal" },
    user: { id: "019ad0c0-0000-7000-8000-000000000015", email: "ana@example.com", name: "Ana Lima" },
    subject: "019ad0c0-0000-7000-8000-000000000015",
    verifier: { id: "019ad0c0-0000-7000-8000-000000000016", name: "billing-api" },
    audience: "billing",
    method: "GET",
    path: "/invoices/7",
    ip: "203.0.113.9",
    country: "CH",
    userAgent: "okhttp/5",
    status: null,
    bytes: null,
    latencyMicroseconds: null,
    chain: { writer: "019ad0c0-0000-4000-8000-000000000017", flush: "12", ordinal: 3 },
    ...change,
  };
}

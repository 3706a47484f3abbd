import { describe, expect, test } from "vitest";
import { REASONS, type TargetKind } from "../revocations/model.ts";
import { eventsOfOrder, type ToldOrder } from "./events-of-order.ts";
import { CREDENTIAL_COMPROMISE, SESSION_REVOKED, type Subject } from "./model.ts";
import { withIssuer } from "./subjects.ts";

const ISSUER = "https://auth.example.com";
const HOLDER = { userId: "user-1", clientId: "portal", sessionUid: "sid-1" };

const order = (change: Partial<ToldOrder>): ToldOrder => ({
  id: "order-1",
  verb: "revoke",
  targetKind: "user",
  targetId: "target-1",
  reason: "policy",
  actorKind: "admin",
  effectiveFrom: new Date("2026-11-28T12:00:00.750Z"),
  holder: null,
  tokenKind: null,
  clientId: null,
  ...change,
});
const told = (change: Partial<ToldOrder>) =>
  eventsOfOrder(order(change)).map(({ type, subject, event }) => ({
    type,
    subject: withIssuer(subject, ISSUER),
    event,
  }));

const user = { format: "iss_sub", iss: ISSUER, sub: "user-1" };
const opaque = (id: string) => ({ format: "opaque", id });
const SUBJECTS: Record<TargetKind, Subject | null> = {
  user: { format: "iss_sub", iss: ISSUER, sub: "target-1" },
  session: { format: "complex", user, session: opaque("target-1") },
  family: { format: "complex", user, session: opaque("target-1") },
  token: { format: "jwt_id", iss: ISSUER, jti: "target-1" },
  client: { format: "complex", application: opaque("portal") },
  group: { format: "complex", group: opaque("target-1") },
  everything: { format: "complex", tenant: { format: "uri", uri: ISSUER } },
  permission: null,
  audience: null,
  signing_key: null,
  selection: null,
};

describe("session-revoked (CAEP 1.0 section 3.1)", () => {
  test.each(Object.entries(SUBJECTS))(
    "of an order on a %s names it as RFC 9493 has it, or is not sent",
    (kind, subject) => {
      for (const verb of ["revoke", "suspend"] as const)
        expect(told({ targetKind: kind as TargetKind, holder: HOLDER, clientId: "portal", verb })).toEqual(
          subject === null
            ? []
            : [
                {
                  type: SESSION_REVOKED,
                  subject,
                  event: {
                    event_timestamp: 1_795_867_200,
                    initiating_entity: "admin",
                    reason_admin: { en: "Policy" },
                  },
                },
              ],
        );
    },
  );

  test("names the session alone where nobody is known to have it, and a service by its client_id", () => {
    expect(told({ targetKind: "session" })[0]?.subject).toEqual({
      format: "complex",
      session: opaque("target-1"),
    });
    const holder = { userId: null, clientId: "reconciler", sessionUid: null };
    expect(told({ targetKind: "family", holder })[0]?.subject.user).toEqual({ ...user, sub: "reconciler" });
  });

  test("is never sent of a restore or of an order that calls another off", () => {
    for (const verb of ["restore", "cancel"] as const)
      for (const targetKind of Object.keys(SUBJECTS) as TargetKind[])
        expect(told({ verb, targetKind, reason: "token_leaked" })).toEqual([]);
  });
});

describe("credential-compromise (RISC 1.0 section 2.7)", () => {
  const credentials = (change: Partial<ToldOrder>) =>
    told(change)
      .filter(({ type }) => type === CREDENTIAL_COMPROMISE)
      .map(({ subject, event }) => [subject.sub ?? subject.id ?? subject.jti, event.credential_type]);

  test("is sent for three reasons and no other", () => {
    const sent = REASONS.filter((reason) => credentials({ reason }).length > 0);
    expect(sent).toEqual(["token_leaked", "key_compromise", "account_compromise"]);
  });

  test.each<[Partial<ToldOrder>, string, string]>([
    [{ reason: "account_compromise" }, "target-1", "password"],
    [
      { reason: "token_leaked", targetKind: "token", tokenKind: "refresh", holder: HOLDER },
      "user-1",
      "refresh_token",
    ],
    [{ reason: "token_leaked", targetKind: "token", tokenKind: "access" }, "target-1", "access_token"],
    [{ reason: "token_leaked", targetKind: "family", holder: HOLDER }, "user-1", "refresh_token"],
    [{ reason: "account_compromise", targetKind: "client", clientId: "portal" }, "portal", "client_secret"],
    [{ reason: "key_compromise", targetKind: "signing_key" }, "target-1", "signing_key"],
  ])("of %j names whose credential it is", (change, subject, credential) => {
    expect(credentials(change)).toEqual([[subject, credential]]);
  });

  test("is not sent where it is nobody's in particular", () => {
    for (const targetKind of ["group", "everything", "permission", "audience", "selection"] as const)
      expect(credentials({ reason: "token_leaked", targetKind })).toEqual([]);
  });
});

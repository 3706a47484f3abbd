import { describe, expect, test } from "vitest";
import { ACT_WORDS } from "../audit/act-words.ts";
import { REFUSALS } from "../audit/use-words.ts";
import { OCSF_VERSION } from "./ocsf-base.ts";
import { ocsfEventOf } from "./ocsf-event.ts";
import type { StreamEvent } from "./stream-event.ts";
import { actEvent, useEvent } from "./test-event.ts";
import { ocsfFaults, publishedClasses } from "./test-ocsf-classes.ts";

/** The class that an event came out as, once it stands against the published one. */
function classOf(event: StreamEvent): number {
  const ocsf = JSON.parse(JSON.stringify(ocsfEventOf(event)));
  expect(ocsfFaults(ocsf), JSON.stringify(ocsf)).toEqual([]);
  expect(ocsf).toMatchObject({
    category_uid: Math.floor(ocsf.class_uid / 1_000),
    type_uid: ocsf.class_uid * 100 + ocsf.activity_id,
    metadata: { version: OCSF_VERSION, uid: event.id },
  });
  return ocsf.class_uid;
}

describe("OCSF, against the published classes,", () => {
  test("has an issue and a renewal as authentication (3002)", () => {
    expect(classOf(useEvent({ outcome: "issued", source: "issue" }))).toBe(3002);
    expect(classOf(useEvent({ source: "refresh" }))).toBe(3002);
    expect(classOf(useEvent({ outcome: "issued", source: "issue", user: null, ip: null }))).toBe(3002);
  });

  test("has what a verifier was asked about as API activity (6003), whatever it knows of the request", () => {
    const bare = { method: null, path: null, ip: null, country: null, userAgent: null, verifier: null };
    expect(classOf(useEvent())).toBe(6003);
    expect(classOf(useEvent({ ...bare, user: null, source: "introspection" }))).toBe(6003);
    expect(classOf(useEvent({ source: "report", status: 200, bytes: 512, latencyMicroseconds: 1_234 }))).toBe(
      6003,
    );
    for (const method of ["GET", "POST", "PATCH", "DELETE", "PURGE"]) classOf(useEvent({ method }));
  });

  test("has every refusal, and one that comes back or was rewritten as a detection finding (2004)", () => {
    for (const refusal of REFUSALS) {
      const uid = classOf(useEvent({ outcome: "refused", refusal }));
      expect(uid, refusal).toBe(refusal === "replayed" || refusal === "altered" ? 2004 : 6003);
    }
    expect(ocsfEventOf(useEvent({ outcome: "refused", refusal: "revoked" }))).toMatchObject({
      status_id: 2,
      status_code: "revoked",
      severity_id: 2,
    });
    classOf(useEvent({ outcome: "refused", refusal: "of_another_version" }));
  });

  test("has every act that is known: entity management (3004), sign-ins (3002), forgeries and replays (2004)", () => {
    const byClass = Map.groupBy(Object.keys(ACT_WORDS), (act) => classOf(actEvent({ act })));
    expect(byClass.get(3002)?.toSorted()).toEqual([
      "admin.sign_in_refused",
      "admin.signed_in",
      "admin.signed_in_break_glass",
      "admin.signed_out",
      "user.sign_in_refused",
      "user.signed_in",
    ]);
    expect(byClass.get(2004)).toEqual(
      expect.arrayContaining(["token.forgery_detected", "token.forgery_reported", "refresh_token.replayed"]),
    );
    expect(byClass.get(3004)).toEqual(expect.arrayContaining(["client.updated", "key.created"]));
    expect([...byClass.keys()].sort()).toEqual([2004, 3002, 3004]);
    classOf(actEvent({ act: "of_another.version", ip: null, userAgent: null, before: null, after: null }));
  });

  test("has a sign-in as of the account that was tried, also where who tried is nobody who is known", () => {
    const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
    const target = { kind: "admin", id: "019ad0c0-0000-7000-8000-000000000041", name: "ines@example.com" };
    const refused = actEvent({ act: "admin.sign_in_refused", actor, target, outcome: "refused" });
    expect(classOf(refused)).toBe(3002);
    expect(ocsfEventOf(refused)).toMatchObject({ user: { uid: target.id, name: target.name }, status_id: 2 });
    // an address that nobody has
    const unknown = { ...refused, target: { kind: "admin", id: "-", name: "unknown account" } };
    expect(ocsfEventOf(unknown)).toMatchObject({ user: { uid: actor.id } });
  });

  test("has a detection as one finding: an alert as grave as it is when it is raised, and told without alarm of what becomes of it", () => {
    const target = { kind: "detection", id: "019ad0c0-0000-7000-8000-000000000031", name: "New country" };
    const said = (act: string, after: object = {}) => {
      const event = actEvent({ act: `detection.${act}`, target, before: null, after: { ...after } });
      expect(classOf(event), act).toBe(2004);
      return ocsfEventOf(event);
    };
    const finding_info = { uid: target.id, title: "New country" };
    for (const [severity, severity_id] of Object.entries({ low: 2, medium: 3, high: 4, critical: 5 }))
      expect(said("raised", { severity, rule: "new_country" })).toMatchObject({
        activity_id: 1,
        severity_id,
        status_id: 1,
        is_alert: true,
        finding_info: { ...finding_info, types: ["new_country"] },
      });
    for (const [act, status_id] of Object.entries({ muted: 3, unmuted: 1, put_in_case: 2 }))
      expect(said(act), act).toMatchObject({
        activity_id: 2,
        severity_id: 1,
        status_id,
        is_alert: false,
        finding_info,
      });
  });

  test("tells a refused act and a refused sign-in as failures, with their code", () => {
    const refused = actEvent({ outcome: "refused", errorCode: "FORBIDDEN", reason: "policy", note: "no" });
    expect(classOf(refused)).toBe(3004);
    expect(ocsfEventOf(refused)).toMatchObject({ status_id: 2, status_code: "FORBIDDEN" });
    expect(ocsfEventOf(actEvent({ act: "admin.sign_in_refused" }))).toMatchObject({
      activity_id: 1,
      status_id: 2,
    });
  });

  test("marks a test as one", () => {
    const event: StreamEvent = {
      type: "test",
      id: "019ad0c0-0000-7000-8000-000000000021",
      at: "2026-11-29T02:00:00.000Z",
      isTest: true,
      message: "A test",
      stream: { id: "019ad0c0-0000-7000-8000-000000000022", name: "SIEM" },
    };
    expect(classOf(event)).toBe(3004);
    expect(ocsfEventOf(event)).toMatchObject({ activity_id: 99, unmapped: { is_test: true } });
  });

  test("would fail where a class wants something that is not there, or does not know it", () => {
    const validate = publishedClasses.get(6003) ?? expect.fail();
    const good = JSON.parse(JSON.stringify(ocsfEventOf(useEvent())));
    expect(validate(good)).toBe(true);
    expect(validate(JSON.parse(JSON.stringify({ ...good, actor: undefined })))).toBe(false);
    expect(validate({ ...good, activity_id: 8 })).toBe(false);
    expect(validate({ ...good, invented: 1 })).toBe(false);
    expect(validate({ ...good, api: {} })).toBe(false);
    expect(validate({ ...good, actor: { user: { email_addr: "a@example.com" } } })).toBe(false);
  });
});

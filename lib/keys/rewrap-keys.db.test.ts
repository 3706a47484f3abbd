import { beforeEach, describe, expect, it } from "vitest";
import { totpLabel } from "../admins/create-owner.ts";
import { isUnavailable } from "../db/unavailable.ts";
import { signingSecretLabel, sinkAuthorizationLabel } from "../event-streams/sealed-values.ts";
import { uuidv7 } from "../ids.ts";
import { mailPasswordLabel } from "../mail/mail-settings.ts";
import { webhookAuthorizationLabel, webhookSecretLabel } from "../notifications/webhook-labels.ts";
import { clientSecretLabel } from "../sign-in-providers/provider-record.ts";
import { type KeyRing, MASTER_KEY, openKeyRing, why } from "./key-fixture.ts";
import { createKeyWrapper, wrappedUnder } from "./key-wrapper.ts";
import { fixedMasterKeys, masterKeyId } from "./master-keys.ts";
import { rewrapKeys, WRAPPED } from "./rewrap-keys.ts";
import { openRootSecret, ROOT_LABEL, readKeyIdInForce } from "./root-secret.ts";
import { rotateKey } from "./rotate-key.ts";

const NEXT = Buffer.alloc(32, 9);
const [old, next] = [createKeyWrapper(MASTER_KEY), createKeyWrapper(NEXT)];
const SEALED = expect.objectContaining({ code: "SEALED" });

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  await openRootSecret(ring.db, ring.wrapper);
  return () => ring.end();
});

type Wrapped = { label: string; wrapped: Buffer };
async function everything(): Promise<Wrapped[]> {
  const keys = await ring.db.query<Wrapped>(
    "SELECT kid AS label, private_wrapped AS wrapped FROM signing_key WHERE private_wrapped IS NOT NULL ORDER BY kid",
  );
  const factors = await ring.db.query<{ id: string; wrapped: Buffer }>(
    "SELECT id, totp_wrapped AS wrapped FROM admin WHERE totp_wrapped IS NOT NULL ORDER BY id",
  );
  const [root] = await ring.db.query<{ wrapped: Buffer }>("SELECT root_wrapped AS wrapped FROM master_key");
  return [
    ...keys,
    ...factors.map(({ id, wrapped }) => ({ label: totpLabel(id), wrapped })),
    ...(await ofEventStreams()),
    ...(await ofMailServer()),
    ...(await ofProviders()),
    ...(await ofWebhook()),
    { label: ROOT_LABEL, wrapped: root?.wrapped ?? Buffer.alloc(0) },
  ];
}

/** A webhook with a key, the key before and an Authorization. */
async function addEventStream(by = old): Promise<void> {
  const id = uuidv7(new Date());
  const wrap = (text: string, label: string) => by.wrap(Buffer.from(text), label);
  await ring.db.query(
    `INSERT INTO event_stream (id, name, delivery, url, format, sources, secret_wrapped, previous_secret_wrapped, previous_secret_until, authorization_wrapped,
       client_ids, acts_sequence, uses_low, created_at, updated_at)
     VALUES ($1::uuid, 'SIEM ' || $1::text, 'webhook', 'https://1.1.1.1/', 'ndjson', '{uses}', $2::bytea, $3::bytea, now(), $4::bytea, '{}', 0, now(), now(), now())`,
    [
      id,
      await wrap("present", signingSecretLabel(id)),
      await wrap("before", signingSecretLabel(id)),
      await wrap("Bearer theirs", sinkAuthorizationLabel(id)),
    ],
  );
}

async function ofMailServer(): Promise<Wrapped[]> {
  const rows = await ring.db.query<{ wrapped: Buffer }>(
    `SELECT password_wrapped AS wrapped FROM mail_settings WHERE password_wrapped IS NOT NULL
     UNION ALL SELECT password_wrapped FROM former_mail_server`,
  );
  return rows.map(({ wrapped }) => ({ label: mailPasswordLabel("1"), wrapped }));
}

async function ofWebhook(): Promise<Wrapped[]> {
  const [row] = await ring.db.query<{ secret: Buffer | null; previous: Buffer; theirs: Buffer }>(
    "SELECT secret_wrapped AS secret, previous_secret_wrapped AS previous, authorization_wrapped AS theirs FROM notification_webhook",
  );
  if (row === undefined || row.secret === null) return [];
  const formers = await ring.db.query<{ secret: Buffer; theirs: Buffer }>(
    "SELECT secret_wrapped AS secret, authorization_wrapped AS theirs FROM former_webhook",
  );
  return [
    ...formers.flatMap(({ secret, theirs }) => [
      { label: webhookSecretLabel("1"), wrapped: secret },
      { label: webhookAuthorizationLabel("1"), wrapped: theirs },
    ]),
    { label: webhookSecretLabel("1"), wrapped: row.secret },
    { label: webhookSecretLabel("1"), wrapped: row.previous },
    { label: webhookAuthorizationLabel("1"), wrapped: row.theirs },
  ];
}

/** Where notifications are sent, with a key, the key before and an Authorization. */
async function addWebhook(): Promise<void> {
  const wrap = (text: string, label: string) => old.wrap(Buffer.from(text), label);
  await ring.db.query(
    `UPDATE notification_webhook SET url = 'https://1.1.1.1/', secret_wrapped = $1::bytea, previous_secret_wrapped = $2::bytea, authorization_wrapped = $3::bytea`,
    [
      await wrap("present", webhookSecretLabel("1")),
      await wrap("before", webhookSecretLabel("1")),
      await wrap("Bearer theirs", webhookAuthorizationLabel("1")),
    ],
  );
}

/** As both were before an act that an alarm tells of. */
async function addFormerWays(): Promise<void> {
  const wrap = (text: string, label: string) => old.wrap(Buffer.from(text), label);
  await ring.db.query(
    `INSERT INTO former_mail_server (id, host, port, tls, username, password_wrapped, from_address, from_name, kept_at)
     VALUES (gen_random_uuid(), 'before.example', 587, 'starttls', 'a', $1::bytea, 'a@example.com', '', now())`,
    [await wrap("theirs before", mailPasswordLabel("1"))],
  );
  const id = uuidv7(new Date());
  await ring.db.query(
    `INSERT INTO notification (id, kind, key, at, tone, title, text, subject_kind, subject_id, subject_name, actor_name)
     VALUES ($1::uuid, 'break_glass_used', 'k', now(), 'danger', 't', 't', 'approval', 'a', 'a', 'a')`,
    [id],
  );
  await ring.db.query(
    `INSERT INTO former_webhook (notification_id, url, secret_wrapped, authorization_wrapped, next_attempt_at, give_up_at)
     VALUES ($1::uuid, 'https://1.1.1.1/', $2::bytea, $3::bytea, now(), now())`,
    [
      id,
      await wrap("key before", webhookSecretLabel("1")),
      await wrap("Bearer before", webhookAuthorizationLabel("1")),
    ],
  );
}

async function addMailServer(): Promise<void> {
  await ring.db.query(
    `UPDATE mail_settings SET host = 'smtp.example', port = 587, tls = 'starttls', from_address = 'a@example.com', username = 'a',
       password_wrapped = $1::bytea WHERE id = 1`,
    [await old.wrap(Buffer.from("theirs"), mailPasswordLabel("1"))],
  );
}

async function ofProviders(): Promise<Wrapped[]> {
  const rows = await ring.db.query<{ id: string; wrapped: Buffer }>(
    "SELECT id, client_secret_wrapped AS wrapped FROM sign_in_provider",
  );
  return rows.map(({ id, wrapped }) => ({ label: clientSecretLabel(id), wrapped }));
}

async function addProvider(): Promise<void> {
  const id = uuidv7(new Date());
  await ring.db.query(
    `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values,
       required_acr, required_amr, created_at, updated_at)
     VALUES ($1::uuid, 'Company', 'https://login.example', 'c', $2::bytea, '{openid}', 'groups', '[]', false, '{}', '{}', '{}', now(), now())`,
    [id, await old.wrap(Buffer.from("theirs"), clientSecretLabel(id))],
  );
}

/** What is wrapped of event streams, under the label that it is bound to. */
async function ofEventStreams(): Promise<Wrapped[]> {
  const rows = await ring.db.query<{ id: string; secret: Buffer; previous: Buffer; theirs: Buffer }>(
    "SELECT id, secret_wrapped AS secret, previous_secret_wrapped AS previous, authorization_wrapped AS theirs FROM event_stream",
  );
  return rows.flatMap(({ id, secret, previous, theirs }) => [
    { label: signingSecretLabel(id), wrapped: previous },
    { label: signingSecretLabel(id), wrapped: secret },
    { label: sinkAuthorizationLabel(id), wrapped: theirs },
  ]);
}

async function addAdmin(): Promise<string> {
  const id = uuidv7(new Date());
  await ring.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES ($1::uuid, $2::text, 'A', 'owner', 'x', $3::bytea, now())`,
    [id, `${id}@example.com`, await old.wrap(Buffer.from("JBSWY3DPEHPK3PXP"), totpLabel(id))],
  );
  return id;
}

const rewrapNow = (as = ring.as("owner"), to = NEXT) => rewrapKeys(as, { from: MASTER_KEY, to });

describe("a new master key", () => {
  it("opens all that the old one opened, the same, and the old one opens nothing, on record", async () => {
    await addAdmin();
    await addEventStream();
    await addMailServer();
    await addProvider();
    await addWebhook();
    await addFormerWays();
    const before: string[] = [];
    for (const { label, wrapped } of await everything())
      before.push((await old.unwrap(wrapped, label)).toString("hex"));
    const { keyId } = await rewrapNow();
    expect(keyId).toBe(masterKeyId(NEXT));
    const after = await everything();
    expect(after).toHaveLength(18);
    for (const [n, { label, wrapped }] of after.entries()) {
      expect((await next.unwrap(wrapped, label)).toString("hex")).toBe(before[n]);
      await expect(old.unwrap(wrapped, label)).rejects.toEqual(SEALED);
      expect(wrappedUnder(wrapped)).toBe(keyId);
    }
    const [entry] = await ring.db.query(
      "SELECT act, before, after FROM audit_entry WHERE target_kind = 'master_key'",
    );
    expect(entry).toEqual({
      act: "master_key.changed",
      before: { keyId: masterKeyId(MASTER_KEY) },
      after: {
        keyId,
        signingKeys: 5,
        secondFactors: 1,
        receivers: 0,
        eventStreams: 8,
        mailServers: 2,
        signInProviders: 1,
      },
    });
    expect(JSON.stringify(entry)).not.toContain(NEXT.toString("base64"));
  });

  it("is refused to all but owners, where it is the present one, or where another is in force; nothing changes", async () => {
    const before = await everything();
    for (const role of ["governor", "responder", "auditor"] as const)
      await expect(rewrapNow(ring.as(role))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(rewrapNow(ring.as("owner"), MASTER_KEY)).rejects.toMatchObject({ code: "CONFLICT" });
    const wrong = { from: Buffer.alloc(32, 1), to: NEXT };
    await expect(rewrapKeys(ring.as("owner"), wrong)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await everything()).toEqual(before);
  });

  it("wraps nothing where one thing does not open, or where it cannot be put on record", async () => {
    const before = await everything();
    const [taken] = await ring.db.query<{ sequence: bigint }>(
      "UPDATE audit_chain SET sequence = sequence - 1 WHERE id = 'admin' RETURNING sequence + 1 AS sequence",
    );
    await expect(rewrapNow()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await ring.db.query("UPDATE audit_chain SET sequence = $1::bigint WHERE id = 'admin'", [
      taken?.sequence ?? 0n,
    ]);
    expect(await everything()).toEqual(before);
    const id = await addAdmin();
    await ring.db.query("UPDATE admin SET totp_wrapped = '\\x00' WHERE id = $1::uuid", [id]);
    await expect(rewrapNow()).rejects.toEqual(SEALED);
    expect((await everything()).filter(({ wrapped }) => wrapped.length > 1)).toEqual(before);
    expect(await readKeyIdInForce(ring.db)).toBe(masterKeyId(MASTER_KEY));
  });

  it("has one winner of two at once", async () => {
    const other = Buffer.alloc(32, 10);
    const results = await Promise.allSettled([rewrapNow(), rewrapNow(ring.as("owner", ring.other), other)]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const winner = createKeyWrapper(results[0].status === "fulfilled" ? NEXT : other);
    for (const { label, wrapped } of await everything()) await winner.unwrap(wrapped, label);
  });

  it("leaves nothing under the old one where keys are made meanwhile: each is made before, or refused as 503, or under the new one", async () => {
    // as a process that reads both from its file
    const both = createKeyWrapper(fixedMasterKeys(MASTER_KEY, NEXT), () => readKeyIdInForce(ring.other));
    const rotations = (["access_token", "id_token", "feed", "status_list"] as const).map((purpose) =>
      rotateKey(ring.as("owner", ring.other), both, { purpose, ...why }),
    );
    const [done, ...made] = await Promise.allSettled([rewrapNow(), ...rotations]);
    expect(done.status).toBe("fulfilled");
    for (const one of made) if (one.status === "rejected") expect(isUnavailable(one.reason)).toBe(true);
    for (const { label, wrapped } of await everything()) await next.unwrap(wrapped, label);
    expect((await rotateKey(ring.as("owner"), both, { purpose: "checkpoint", ...why })).key.state).toBe(
      "standby",
    );
  });

  it("takes along what names no key as long as the first master key is in force", async () => {
    const kid = (await ring.kidsIn("active"))[0] ?? "";
    const [row] = await ring.db.query<{ wrapped: Buffer }>(
      "SELECT private_wrapped AS wrapped FROM signing_key WHERE kid = $1::text",
      [kid],
    );
    const withId = row?.wrapped ?? Buffer.alloc(0);
    await ring.db.query("UPDATE signing_key SET private_wrapped = $2::bytea WHERE kid = $1::text", [
      kid,
      Buffer.concat([Buffer.of(1), withId.subarray(9)]),
    ]);
    await rewrapNow();
    for (const { label, wrapped } of await everything()) await next.unwrap(wrapped, label);
  });

  it("is the only one that anything is wrapped under afterwards, for raw SQL too", async () => {
    await rewrapNow();
    const kid = (await ring.kidsIn("active"))[0] ?? "";
    const put = async (wrapper: typeof old) =>
      ring.db.query("UPDATE signing_key SET private_wrapped = $2::bytea WHERE kid = $1::text", [
        kid,
        await wrapper.wrap(Buffer.from("{}"), kid),
      ]);
    await expect(put(old)).rejects.toThrow("wrapped under another master key than the one in force");
    await expect(put(next)).resolves.toBeDefined();
    await addEventStream(next);
    await expect(addEventStream(old)).rejects.toThrow(
      "wrapped under another master key than the one in force",
    );
    await expect(addMailServer()).rejects.toThrow("wrapped under another master key than the one in force");
    const wrapped = await old.wrap(Buffer.from("theirs"), "x");
    for (const column of ["secret_wrapped", "previous_secret_wrapped", "authorization_wrapped"])
      await expect(
        ring.db.query(`UPDATE event_stream SET ${column} = $1::bytea`, [wrapped]),
        column,
      ).rejects.toThrow("wrapped under another master key than the one in force");
    // as a version before wraps, whatever its key is
    const withoutId = Buffer.concat([Buffer.of(1), Buffer.alloc(60, 7)]);
    for (const wrapped of [withoutId, Buffer.of(1), Buffer.of(2)]) {
      await expect(
        ring.db.query("UPDATE signing_key SET private_wrapped = $2::bytea WHERE kid = $1::text", [
          kid,
          wrapped,
        ]),
      ).rejects.toThrow("wrapped under another master key than the one in force");
      await expect(
        ring.db.query(
          `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES ($1::uuid, 'a@example.com', 'A', 'owner', 'x', $2::bytea, now())`,
          [uuidv7(new Date()), wrapped],
        ),
      ).rejects.toThrow("wrapped under another master key than the one in force");
    }
    await expect(rotateKey(ring.as("owner"), old, { purpose: "feed", ...why })).rejects.toEqual(SEALED);
  });

  it("reaches every column of the database that holds something wrapped, and each refuses what another wrapped", async () => {
    const columns = await ring.db.query<{ name: string; isGuarded: boolean }>(
      `SELECT c.table_name || '.' || c.column_name AS name, EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
          WHERE t.tgrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND p.proname = 'wrapped_under_present_master_key'
            AND t.tgargs = convert_to(c.column_name, 'UTF8') || '\\x00'::bytea) AS "isGuarded"
       FROM information_schema.columns c WHERE c.table_schema = current_schema() AND c.column_name LIKE '%\\_wrapped' ORDER BY 1`,
    );
    // the root secret is held by a check of its own
    const known = columns.filter(({ name }) => name !== "master_key.root_wrapped");
    expect(known.map(({ name }) => name)).toEqual(
      WRAPPED.map(({ table, column }) => `${table}.${column}`).sort(),
    );
    expect(known.filter(({ isGuarded }) => !isGuarded)).toEqual([]);
    expect(columns).toHaveLength(known.length + 1);
  });
});

import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "#app/_lib/test-built-console.ts";
import { totpLabel } from "#lib/admins/create-owner.ts";
import { SIGN_IN_LIMITS } from "#lib/admins/model.ts";
import { REFUSAL_PACE } from "#lib/admins/refusal-pace.ts";
import { generateTotpSecret } from "#lib/admins/totp.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { TestAuthenticator } from "#lib/passkeys/test-authenticator.ts";
import { hashPassword } from "#lib/passwords/hash-password.ts";

const PASSWORD = "correct horse battery 9";
const AT_ONCE = 200;
/** Where the owner came from before. */
const HOME = "203.0.113.50";
/** A window of the limits may end meanwhile, and each address begin another. */
const FROM_ONE = SIGN_IN_LIMITS.perAddress * 2;
/** After how many seconds whoever found no place is told to come again. */
const BUSY_SECONDS = 5;
/** What may be written while one waits for the other: a refusal that was decided on, and its entry. */
const SLACK = 20;

type Owner = { id: string; email: string; totpSecret: string };
type Answer = { status: number; error: string; wait: number | null; hasSession: boolean };
type Form = Record<string, string>;

/** Of the n-th stranger: each has a network of its own, of either kind. */
const strangerAt = (n: number) =>
  n % 2 === 0 ? `198.18.${n >> 8}.${n & 255}` : `2001:db8:${n.toString(16)}::1`;

let console: BuiltConsole;
let csrf: { token: string; cookie: string };
let question: { cookie: string; challenge: string };

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";")[0] ?? "";

async function post(door: "credentials" | "passkey", from: string, form: Form, cookie = ""): Promise<Answer> {
  const response = await fetch(`${console.origin}/api/auth/callback/${door}`, {
    method: "POST",
    headers: { cookie: `${csrf.cookie}; ${cookie}`, "x-forwarded-for": from },
    body: new URLSearchParams({ csrfToken: csrf.token, json: "true", ...form }),
    redirect: "manual",
  });
  const text = await response.text();
  const { url = "" } = text.startsWith("{") ? (JSON.parse(text) as { url?: string }) : {};
  const wait = response.headers.get("retry-after");
  return {
    status: response.status,
    error: (URL.parse(url)?.searchParams.get("error") ?? text).replace(/:\d+$/, ""),
    wait: wait === null ? null : Number(wait),
    hasSession: response.headers.getSetCookie().some((one) => /^tokenwarden\.session=[^;]/.test(one)),
  };
}

async function addOwner(): Promise<Owner> {
  const [id, totpSecret, email] = [uuidv7(new Date()), generateTotpSecret(), "olive@example.com"];
  const wrapper = createKeyWrapper(Buffer.from(process.env.MASTER_KEY ?? "", "base64"));
  const wrapped = await wrapper.wrap(Buffer.from(totpSecret), totpLabel(id));
  await console.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, $2::text, 'Olive', 'owner', $3::text, $4::bytea, now())`,
    [id, email, await hashPassword(PASSWORD), wrapped],
  );
  await console.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, signed_in_by, ended_at)
     VALUES ($1::uuid, $2::uuid, now() - interval '1 day', now(), now(), 1800, $3::text, 'totp', now())`,
    [uuidv7(new Date()), id, HOME],
  );
  return { id, email, totpSecret };
}

async function refusalsOnRecord(targetId: string, errorCode: string | null = null): Promise<number> {
  const rows = await console.db.query(
    `SELECT FROM audit_entry WHERE act = 'admin.sign_in_refused' AND target_id = $1::text AND error_code = coalesce($2::text, error_code)`,
    [targetId, errorCode],
  );
  return rows.length;
}

/** All that were refused so far: each entry stands for itself and for those that it says were left out, and those that no entry has told yet are kept. */
async function refusedSoFar(): Promise<number> {
  const [row] = await console.db.query<{ sum: number }>(
    `SELECT ((SELECT coalesce(sum(1 + coalesce((after ->> 'leftOut')::int, 0)), 0) FROM audit_entry WHERE act = 'admin.sign_in_refused')
       + (SELECT coalesce(sum(left_out), 0) FROM sign_in_refusal))::int AS sum`,
  );
  return row?.sum ?? 0;
}

/** Nothing is lost: but for those who were told that the door is busy, every attempt is on record or counted for it, and none twice. */
async function expectAllCounted(answers: readonly Answer[], before: number): Promise<void> {
  const counted = (await refusedSoFar()) - before;
  expect(counted).toBeLessThanOrEqual(answers.length);
  expect(counted).toBeGreaterThanOrEqual(answers.filter(({ wait }) => wait !== BUSY_SECONDS).length);
}

async function askForPasskey(): Promise<typeof question> {
  const asked = await fetch(`${console.origin}/api/v1/sign-in/passkey`, { method: "POST" });
  const { options } = (await asked.json()) as { options: { challenge: string } };
  return { cookie: cookieOf(asked), challenge: options.challenge };
}

const attemptRows = async () => (await console.db.query("SELECT FROM sign_in_attempt")).length;
const paced = (startedAt: number) =>
  REFUSAL_PACE.burst + ((performance.now() - startedAt) / 1_000) * REFUSAL_PACE.perSecond + SLACK;

/** So many, some at a time. `halfway` is done while the others go on. */
async function flood(
  attempts: number,
  attempt: (n: number) => Promise<Answer>,
  halfway: () => Promise<void> = async () => {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let begun = 0;
  let meanwhile: Promise<void> = Promise.resolve();
  const worker = async () => {
    while (begun < attempts) {
      begun += 1;
      if (begun === attempts >> 1) meanwhile = halfway();
      answers.push(await attempt(begun));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, attempts) }, worker));
  await meanwhile;
  return answers;
}

function expectClear(answers: readonly Answer[], attempts: number): void {
  expect(answers).toHaveLength(attempts);
  const kinds = new Set(answers.map(({ status, error }) => `${status} ${error}`));
  expect([...kinds].filter((kind) => !/^401 (CredentialsSignin|TOO_MANY_ATTEMPTS)$/.test(kind))).toEqual([]);
  expect(answers.filter(({ hasSession }) => hasSession)).toEqual([]);
  expect(
    answers.filter(({ error, wait }) => (error === "TOO_MANY_ATTEMPTS") !== (wait !== null && wait > 0)),
  ).toEqual([]);
}

/** `attempts` at each door, from one address and from as many. */
export function describeSignInFlood(attempts: number): void {
  let owner: Owner;

  beforeAll(async () => {
    if (!isBuilt) return;
    // the bound of an address on the whole console is another's test
    console = await startBuiltConsole({
      TRUSTED_PROXIES: "127.0.0.1,::1",
      CONSOLE_REQUESTS_PER_SECOND: "100000",
    });
    owner = await addOwner();
    const token = await fetch(`${console.origin}/api/auth/csrf`);
    csrf = { cookie: cookieOf(token), token: ((await token.json()) as { csrfToken: string }).csrfToken };
  });
  afterAll(() => console?.stop());

  const guess = (n: number): Form =>
    n % 3 === 0
      ? { email: owner.email, password: `guess ${n}`, code: "000000" }
      : { email: `nobody-${n}@example.com`, password: `guess ${n}`, code: "000000" };
  const forger = new TestAuthenticator({ userHandle: "", counter: 1 });
  const forge = (): Form => {
    const { challenge } = question;
    return { answer: JSON.stringify(forger.answer({ challenge, origin: console.origin })) };
  };

  describe.skipIf(!isBuilt)(`${attempts} attempts to sign in`, () => {
    test("of one address, by password: fifty are looked at, nothing is written for the others", async () => {
      const before = await refusedSoFar();
      const answers = await flood(attempts, (n) => post("credentials", "192.0.2.1", guess(n)));
      expectClear(answers, attempts);
      await expectAllCounted(answers, before);
      expect(await refusalsOnRecord("-")).toBeGreaterThanOrEqual(1);
      if (answers.some(({ error, wait }) => error === "TOO_MANY_ATTEMPTS" && wait !== BUSY_SECONDS))
        expect(
          (await refusalsOnRecord("-", "TOO_MANY_ATTEMPTS")) +
            (await refusalsOnRecord(owner.id, "TOO_MANY_ATTEMPTS")),
          "the door of the address, or of the account that was guessed at",
        ).toBeGreaterThanOrEqual(1);
      expect(answers.filter(({ error }) => error === "CredentialsSignin").length).toBeLessThanOrEqual(
        FROM_ONE,
      );
      expect(await attemptRows()).toBeLessThanOrEqual(FROM_ONE + 2);
      expect((await refusalsOnRecord("-")) + (await refusalsOnRecord(owner.id))).toBeLessThanOrEqual(
        FROM_ONE,
      );
    });

    test("of as many addresses, by password: whoever is no stranger gets in meanwhile, and the log is not filled", async () => {
      const [startedAt, before] = [performance.now(), await attemptRows()];
      const counted = await refusedSoFar();
      let entered: Answer | undefined;
      const enter = async () => {
        const code = new TOTP({ secret: Secret.fromBase32(owner.totpSecret) }).generate();
        entered = await post("credentials", HOME, { email: owner.email, password: PASSWORD, code });
      };
      const answers = await flood(attempts, (n) => post("credentials", strangerAt(n), guess(n)), enter);
      expect(entered).toMatchObject({ status: 200, hasSession: true });
      expectClear(answers, attempts);
      await expectAllCounted(answers, counted);
      expect(await refusalsOnRecord("-")).toBeLessThanOrEqual(paced(startedAt) + FROM_ONE);
      // of each flood the guesses that were looked at, and the one that closed the account's door
      expect(await refusalsOnRecord(owner.id)).toBeLessThanOrEqual((SIGN_IN_LIMITS.perAccount + 1) * 2);
      // who was told that the door is busy left nothing; the others an address and an account
      const lookedAt = answers.filter(({ wait }) => wait !== 5).length;
      expect((await attemptRows()) - before).toBeLessThanOrEqual(lookedAt * 2 + SLACK);
      if (attempts > AT_ONCE * 2) expect(lookedAt).toBeLessThan(attempts);
    });

    test("of one address and of as many, by a passkey that nobody has: one row an address, and the log is not filled", async () => {
      const [startedAt, before] = [performance.now(), await attemptRows()];
      const written = await refusalsOnRecord("-");
      const counted = await refusedSoFar();
      question = await askForPasskey();
      const one = await flood(attempts, () => post("passkey", "192.0.2.2", forge(), question.cookie));
      expectClear(one, attempts);
      await expectAllCounted(one, counted);
      const lookedAt = one.filter(({ error }) => error === "CredentialsSignin").length;
      expect(lookedAt).toBeLessThanOrEqual(FROM_ONE);
      expect((await attemptRows()) - before).toBeLessThanOrEqual(2);
      question = await askForPasskey();
      const countedThen = await refusedSoFar();
      const many = await flood(attempts, (n) =>
        post("passkey", strangerAt(n + attempts), forge(), question.cookie),
      );
      expectClear(many, attempts);
      await expectAllCounted(many, countedThen);
      expect((await attemptRows()) - before).toBeLessThanOrEqual(attempts * 2);
      expect((await refusalsOnRecord("-")) - written).toBeLessThanOrEqual(paced(startedAt));
    });
  });
}

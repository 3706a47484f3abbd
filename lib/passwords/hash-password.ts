import { hash, verify } from "@node-rs/argon2";

/** argon2id, the second choice of RFC 9106 section 4 with one lane: 64 MiB, three passes. */
const PARAMETERS = { algorithm: 2, memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const;

/**
 * Of libuv's four threads two stay free: what opens a database connection needs them too (names, SCRAM), and waited behind every password of
 * a rush of sign-ins until it gave up.
 */
const MOST_AT_ONCE = 2;
const waiting: (() => void)[] = [];
let running = 0;

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < MOST_AT_ONCE) running += 1;
  // whoever ends hands the place on
  else await new Promise<void>((go) => waiting.push(go));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** The same word typed on two keyboards is the same password. */
function prepare(password: string): string {
  return password.normalize("NFKC");
}

/** The PHC string of a password, salted. Takes about a tenth of a second and 64 MiB on purpose. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(prepare(password), PARAMETERS));
}

let dummy: Promise<string> | undefined;

/**
 * Whether a password is the one behind `passwordHash`. With null (no such account, or one without a password) it works as long
 * and answers false, so that the time tells nobody which accounts exist.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  dummy ??= hashPassword("no account has this password");
  const known = passwordHash ?? (await dummy);
  const isMatch = await inTurn(() => verify(known, prepare(password)));
  return passwordHash !== null && isMatch;
}

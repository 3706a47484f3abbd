import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;
const SECRET_BYTES = 20;
const WINDOW_STEPS = 1;

function totpOf(base32: string, label: string): TOTP {
  return new TOTP({
    issuer: "Tokenwarden",
    label,
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(base32),
  });
}

/** A new secret of 160 random bits, in base32. @see RFC 4226 section 4 */
export function generateTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What authenticator apps read from a QR code. */
export function otpauthUrl(base32: string, email: string): string {
  return totpOf(base32, email).toString();
}

/**
 * The time step that a code belongs to, one step around `now` allowed, or null for a wrong code.
 * The caller lets each step through once. @see RFC 6238 section 5.2
 */
export function matchTotp(base32: string, code: string, now: Date): bigint | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totpOf(base32, "").validate({ token: code, timestamp: now.getTime(), window: WINDOW_STEPS });
  return delta === null ? null : BigInt(Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta);
}

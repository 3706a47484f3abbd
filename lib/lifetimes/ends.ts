/** When what is issued ends, from resolved lifetimes; pure. Milliseconds and whole seconds since the epoch, as named. */

/** When a refresh token ends: after its idle time, never after its family's absolute end. Seconds since the epoch. */
export function refreshTokenEnd(
  { idleSeconds, absoluteSeconds }: { idleSeconds: number; absoluteSeconds: number },
  rootedAtMs: number,
  issuedAtMs: number,
): number {
  return Math.min(
    Math.floor(issuedAtMs / 1_000) + idleSeconds,
    Math.floor(rootedAtMs / 1_000) + absoluteSeconds,
  );
}

/**
 * Seconds that an access token lives: its lifetime, and never past its family's absolute end, so that a sign-in that is said to end then does.
 * `family` is null for a service's.
 */
export function accessTokenSeconds(
  lifetimeSeconds: number,
  family: { rootedAtMs: number; absoluteSeconds: number } | null,
  nowMs: number,
): number {
  if (family === null) return lifetimeSeconds;
  const left = Math.floor(family.rootedAtMs / 1_000) + family.absoluteSeconds - Math.floor(nowMs / 1_000);
  return Math.max(1, Math.min(lifetimeSeconds, left));
}

/** Seconds that an SSO session lives on from now: its idle time, and never past its maximum since sign-in. `signedInAt`: seconds, or undefined before. */
export function sessionSeconds(
  { idleSeconds, absoluteSeconds }: { idleSeconds: number; absoluteSeconds: number },
  signedInAt: number | undefined,
  nowMs: number,
): number {
  if (signedInAt === undefined) return idleSeconds;
  const left = signedInAt + absoluteSeconds - Math.floor(nowMs / 1_000);
  return Math.max(1, Math.min(idleSeconds, left));
}

/** Whether a sign-on is too old, or unused for too long, for a client that wants a younger one than the organisation. */
export function isSignOnTooOld(
  { idleSeconds, absoluteSeconds }: { idleSeconds: number; absoluteSeconds: number },
  { signedInAtMs, usedAtMs }: { signedInAtMs: number; usedAtMs: number },
  nowMs: number,
): boolean {
  return nowMs >= signedInAtMs + absoluteSeconds * 1_000 || nowMs >= usedAtMs + idleSeconds * 1_000;
}

/** Whether a refresh token that is not replaced at each use is to be replaced now: half of its time has gone. */
export function isHalfGone(issuedAtSeconds: number, endSeconds: number, nowMs: number): boolean {
  return nowMs / 1_000 >= issuedAtSeconds + (endSeconds - issuedAtSeconds) / 2;
}

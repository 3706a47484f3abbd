import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { TotpOffer } from "./model.ts";
import { generateTotpSecret, matchTotp, otpauthUrl } from "./totp.ts";

/** What an offer is good for: one link, one admin's first sign-in, or a new authenticator in one session. */
export type OfferSubject = { purpose: "link" | "sign_in" | "replace"; id: string };

const OFFER_SECONDS = 1800;

function label(subject: OfferSubject): string {
  return `totp-offer:${subject.purpose}:${subject.id}`;
}

/**
 * A second factor on offer. The secret travels sealed between the two steps of an enrolment: the browser can neither choose
 * nor change it, and nothing is stored for people who never finish.
 */
export async function offerTotp(
  wrapper: KeyWrapper,
  subject: OfferSubject,
  { email, now }: { email: string; now: Date },
): Promise<TotpOffer> {
  const totpSecret = generateTotpSecret();
  const expiresAtMs = now.getTime() + OFFER_SECONDS * 1000;
  const sealed = await wrapper.wrap(Buffer.from(JSON.stringify({ totpSecret, expiresAtMs })), label(subject));
  return {
    enrolment: sealed.toString("base64url"),
    totpSecret,
    otpauthUrl: otpauthUrl(totpSecret, email),
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
}

/**
 * The secret of an offer that the holder proves to have enrolled, and the step of the code that proved it.
 *
 * @throws {DomainError} INVALID_INPUT for an offer of another subject, one that is over, or a wrong code.
 */
export async function acceptTotpOffer(
  wrapper: KeyWrapper,
  subject: OfferSubject,
  { enrolment, code, now }: { enrolment: string; code: string; now: Date },
): Promise<{ totpSecret: string; step: bigint }> {
  const offer = await openOffer(wrapper, subject, enrolment);
  if (offer === null || offer.expiresAtMs <= now.getTime())
    throw refused("enrolment", "This set-up of the second factor is over. Start it again.");
  const step = matchTotp(offer.totpSecret, code, now);
  if (step === null)
    throw refused("code", "The code is not right. Scan the picture again or wait for the next code.");
  return { totpSecret: offer.totpSecret, step };
}

async function openOffer(wrapper: KeyWrapper, subject: OfferSubject, enrolment: string) {
  try {
    const plain = await wrapper.unwrap(Buffer.from(enrolment, "base64url"), label(subject));
    return JSON.parse(plain.toString("utf8")) as { totpSecret: string; expiresAtMs: number };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

function refused(path: string, message: string): DomainError {
  return new DomainError("INVALID_INPUT", message, { fields: [{ path, message }] });
}

import type { Subject } from "./model.ts";

/** What the subject of an order is known of. */
export type Holder = { userId: string | null; clientId: string | null; sessionUid: string | null };

/** The log holds subjects without the issuer: whoever signs fills it in. @see RFC 9493 section 3.2.3 */
export function issSub(sub: string): Subject {
  return { format: "iss_sub", sub };
}

/** @see RFC 9493 section 3.2.4 */
export function opaque(id: string): Subject {
  return { format: "opaque", id };
}

/** A token by its issuer and jti. @see OpenID Shared Signals Framework 1.0, subject identifier format "JWT ID" */
export function jwtId(jti: string): Subject {
  return { format: "jwt_id", jti };
}

/** The issuer itself, as a tenant. @see RFC 9493 section 3.2.7 */
export const WHOLE_ISSUER: Subject = { format: "uri" };

/** Several at once, all of which must match. @see OpenID Shared Signals Framework 1.0, "Complex Subjects" */
export function complex(members: Record<string, Subject | null>): Subject {
  const given = Object.entries(members).filter(([, member]) => member !== null);
  return { format: "complex", ...Object.fromEntries(given) };
}

/** Whom tokens of this holder name as `sub`: the user, or the service itself. */
export function holderSubject({ userId, clientId }: Holder): Subject | null {
  const sub = userId ?? clientId;
  return sub === null ? null : issSub(sub);
}

/** A subject of the log as it is sent. */
export function withIssuer(subject: Subject, issuer: string): Subject {
  switch (subject.format) {
    case "iss_sub":
    case "jwt_id":
      return { ...subject, iss: issuer };
    case "uri":
      return { ...subject, uri: issuer };
    case "complex":
      return Object.fromEntries(
        Object.entries(subject).map(([name, member]) => [
          name,
          name === "format" ? member : withIssuer(member as Subject, issuer),
        ]),
      ) as Subject;
    default:
      return subject;
  }
}

/** Claims by which orders on a family or a session reach a token that is checked without the register. */
export type LineageClaims = { family?: string; sid?: string };

/**
 * The family of a token, where it is not the token itself, and the session that it came from, where there is one: the same in a JWT and in
 * what introspection answers. A user's token always has a family; one without is of a version that did not say it yet.
 */
export function lineageClaims(token: {
  id: string;
  familyId: string;
  sessionUid: string | null;
}): LineageClaims {
  return {
    ...(token.familyId === token.id ? {} : { family: token.familyId }),
    ...(token.sessionUid === null ? {} : { sid: token.sessionUid }),
  };
}

/** What the members of a token's header and payload mean, and where it is written. */
export const CLAIMS: Record<string, { means: string; where: string }> = {
  typ: {
    means: "What kind of token this is. at+jwt says access token, so that no other kind passes for one.",
    where: "RFC 9068 section 2.1",
  },
  alg: {
    means: "The algorithm of the signature. A verifier accepts only those it lists itself.",
    where: "RFC 7515 section 4.1.1",
  },
  kid: {
    means: "Which key signed it. Verifiers find that key in the authority's JWKS.",
    where: "RFC 7515 section 4.1.4",
  },
  iss: { means: "Who issued it: this authority.", where: "RFC 7519 section 4.1.1" },
  sub: {
    means: "Whose it is: the user, or the client itself for a service.",
    where: "RFC 7519 section 4.1.2",
  },
  aud: {
    means: "Who may accept it. A verifier that is not named refuses it.",
    where: "RFC 7519 section 4.1.3",
  },
  exp: { means: "From this instant on it is refused.", where: "RFC 7519 section 4.1.4" },
  nbf: { means: "Before this instant it is refused.", where: "RFC 7519 section 4.1.5" },
  iat: { means: "When it was issued.", where: "RFC 7519 section 4.1.6" },
  jti: { means: "Its id: what it is found and revoked by.", where: "RFC 7519 section 4.1.7" },
  client_id: { means: "The application that it was issued to.", where: "RFC 9068 section 2.2" },
  scope: {
    means: "The permissions that were granted at issue, with spaces between.",
    where: "RFC 9068 section 2.2.3",
  },
  groups: {
    means: "The groups of the user when it was issued. Later changes of the user do not change it.",
    where: "RFC 9068 section 2.2.3.1, RFC 7643 section 4.1.2",
  },
  roles: {
    means: "The roles of the user when it was issued.",
    where: "RFC 9068 section 2.2.3.1, RFC 7643 section 4.1.2",
  },
  entitlements: {
    means: "What the user was entitled to when it was issued.",
    where: "RFC 9068 section 2.2.3.1, RFC 7643 section 4.1.2",
  },
  auth_time: { means: "When the user last proved who they are.", where: "RFC 9068 section 2.2.1" },
  acr: { means: "How strongly the user proved who they are.", where: "RFC 9068 section 2.2.1" },
  amr: { means: "By which means the user proved who they are.", where: "RFC 9068 section 2.2.1" },
  cnf: { means: "The key that the sender must prove to hold.", where: "RFC 7800 section 3.1" },
  status: { means: "Where its bit stands in a status list.", where: "draft-ietf-oauth-status-list" },
  rooted_at: {
    means:
      "The instant of the authorization that it descends from, in milliseconds. Revocations of a user or client reach what is rooted before them.",
    where: "A claim of this authority",
  },
};

/** Claims whose number is seconds since the epoch. */
export const TIME_CLAIMS = new Set(["exp", "iat", "nbf", "auth_time"]);

import type { RevokeChoice } from "#components/revocation/revoke-menu.tsx";
import type { TokenDetail, TokenRow } from "#lib/tokens/model.ts";

/** What can be taken back from a token, from the smallest to the largest. The family and session need its detail. */
export function revokeChoices(
  token: Pick<TokenRow, "id" | "kind" | "user" | "client">,
  detail: Pick<TokenDetail, "familyId" | "sessionUid" | "grantType"> | null,
): RevokeChoice[] {
  const isAlone = detail?.grantType === "client_credentials";
  return [
    {
      kind: "token",
      id: token.id,
      label: "This token…",
      about:
        token.kind === "refresh" ? "A refresh token ends with its family." : "Its siblings go on working.",
    },
    ...(detail && !isAlone
      ? [
          {
            kind: "family" as const,
            id: detail.familyId,
            label: "Its family…",
            about: "Everything that came from the same authorization.",
          },
        ]
      : []),
    ...(detail?.sessionUid
      ? [
          {
            kind: "session" as const,
            id: detail.sessionUid,
            label: "Its session…",
            about: "Everything of this sign-in, in all applications.",
          },
        ]
      : []),
    ...(token.user
      ? [
          {
            kind: "user" as const,
            id: token.user.id,
            label: "All of this user…",
            about: `Every token and session of ${token.user.email}.`,
          },
        ]
      : []),
    {
      kind: "client",
      id: token.client.id,
      label: "All of this client…",
      about: `Every token of ${token.client.clientId}, of all its users.`,
    },
  ];
}

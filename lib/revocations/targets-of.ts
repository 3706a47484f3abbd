import type { OrderSubject, TargetKind } from "./model.ts";

/** Every target by which an order can reach a token, but for frozen selections: which of those it is in is on record. Each is one look-up in an index. */
export function targetsOf(token: OrderSubject): [TargetKind, string][] {
  const targets: [TargetKind, string][] = [
    ["token", token.id],
    ["family", token.familyId],
    ["client", token.clientId],
    ["everything", "*"],
  ];
  if (token.sessionUid !== null) targets.push(["session", token.sessionUid]);
  if (token.userId !== null) targets.push(["user", token.userId]);
  if (token.signingKid !== null) targets.push(["signing_key", token.signingKid]);
  for (const scope of token.scopes) targets.push(["permission", scope]);
  for (const group of token.groups) targets.push(["group", group]);
  for (const audience of token.audiences) targets.push(["audience", audience]);
  return targets;
}

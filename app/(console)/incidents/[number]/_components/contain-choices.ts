import type { IncidentDetail, IncidentTokens } from "#lib/incidents/model.ts";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import type { TargetKind } from "#lib/revocations/model.ts";

export type ContainChoice = {
  key: string;
  kind: TargetKind;
  target: PlanTargetInput;
  label: string;
  about: string;
};

const LIVE = new Set(["active", "suspended", "not_yet_valid"]);

/** What can be taken back in a case: `main` is what most cases want, null where none of its tokens works; `more` reaches further. */
export function containChoices(
  incident: IncidentDetail,
  tokens: IncidentTokens,
): { main: ContainChoice | null; more: ContainChoice[] } {
  const ids = tokens.liveIds;
  const left = Object.entries(tokens.states).reduce(
    (sum, [state, count]) => sum + (LIVE.has(state) ? count : 0),
    0,
  );
  const which = (tokens.states.suspended ?? 0) === left ? "suspended" : "live";
  const one = tokens.rows.find(({ id }) => ids.length === 1 && id === ids[0]);
  const choices: ContainChoice[] = [];
  let main: ContainChoice | null = null;
  if (one !== undefined && left === 1)
    main = {
      key: "token",
      kind: "token",
      target: { kind: "token", id: one.id },
      label: "Take back the token…",
      about: one.kind === "refresh" ? "A refresh token ends with its family." : "It alone, of the case.",
    };
  else if (ids.length > 0)
    main = {
      key: "tokens",
      kind: "selection",
      target: { kind: "selection", tokenIds: ids },
      label:
        left > ids.length
          ? `Take back ${ids.length} of the ${left} ${which} tokens…`
          : `Take back the ${ids.length} ${which} tokens…`,
      about: "Those of the case; what is renewed from them meanwhile is not in it.",
    };
  for (const { kind, id, name } of incident.named.filter((subject) => subject.kind === "family"))
    choices.push({
      key: id,
      kind: "family",
      target: { kind: "family", id },
      label: "The family…",
      about: `${kind}: ${name}`,
    });
  const users = new Map(
    tokens.rows.flatMap(({ user }) => (user === null ? [] : [[user.id, user.email] as const])),
  );
  for (const [id, email] of [...users].slice(0, 5))
    choices.push({
      key: id,
      kind: "user",
      target: { kind: "user", id },
      label: `All of ${email}…`,
      about: "Every token and sign-on session of this user.",
    });
  const clients = new Map(tokens.rows.map(({ client }) => [client.id, client.clientId] as const));
  for (const [id, name] of [...clients].slice(0, 5))
    choices.push({
      key: id,
      kind: "client",
      target: { kind: "client", id },
      label: `All of ${name}…`,
      about: "Every token of this client, of all its users.",
    });
  return { main, more: choices };
}

import { tokensBackWords } from "../admins/model.ts";
import { actWords } from "../audit/act-words.ts";
import { leftOutWords } from "../sign-in-providers/model.ts";
import { MADE_ANEW, type Shown, type ShownAct } from "./model.ts";
import { actsTitle, namesOf, roleOf } from "./title-words.ts";

const sessionsOf = ({ after }: ShownAct): string[] => {
  const ended = after?.endedSessions;
  if (typeof ended !== "number" || ended === 0) return [];
  return [ended === 1 ? "One admin session ends." : `${ended} admin sessions end.`];
};

function signInSentences({ after }: ShownAct): string[] {
  const named = namesOf(after?.breakGlassOwners);
  return [
    ...(after?.localSignIn === false
      ? [
          "Nobody signs in by password or passkey any more but the break-glass owners: everybody else by a provider alone.",
        ]
      : []),
    ...(after?.localSignIn === true ? ["Everybody can sign in by password or passkey again."] : []),
    ...(after?.localSignIn === false ? [leftOutWords(namesOf(after.leftWithoutWayIn))] : []),
    ...(named.length === 0 ? [] : [`The break-glass owners are then ${named.join(", ")}.`]),
  ];
}

/** What acts mean that nothing else says in a sentence. */
const SENTENCES: Record<string, (act: ShownAct) => string[]> = {
  "sign_in_policy.updated": signInSentences,
  "key.created": () => [
    "The next key is made and published now, and signs when every cache of the JWKS can have it; the key before it then retires.",
  ],
  "key.destroyed": () => ["Its private half is taken out of the database for good."],
  "admin.invited": ({ target, after }) => [
    typeof after?.provider === "string"
      ? `Whoever ${after.provider} has verified to have the address ${target.name} can come in by it.`
      : `${target.name} can come in by a link that is good once.`,
  ],
  "admin.disabled": ({ target }) => [`${target.name} is shut out at once.`],
  "admin.role_changed": ({ target, before, after }) => [
    `${target.name} is ${roleOf(after?.role)} instead of ${roleOf(before?.role)}.`,
  ],
  "admin.invitation_withdrawn": ({ target }) => [
    `The invitation of ${target.name}, which nobody has used, ends.`,
  ],
  "admin.enabled": ({ target, after }) => [
    `${target.name} can sign in again.`,
    ...(typeof after?.apiTokens === "number" ? [tokensBackWords(after.apiTokens)] : []),
  ],
  "admin.enrolment_reset": ({ target, after }) => [
    typeof after?.provider === "string"
      ? `${target.name} is unlinked from whom the account belonged to at ${after.provider}, and their passkeys and codes end; whoever comes by it next under the address that they were invited under comes in as them.`
      : `The password and second factor of ${target.name} end; they choose new ones by a link that is good once.`,
  ],
};

/** What would happen, a sentence each, of acts that no plan describes: from what they would record, and what they say of themselves. */
export function actSentences(
  { acts, actCount }: Pick<Shown, "acts" | "actCount">,
  says: readonly string[] = [],
): string[] {
  const [first] = acts;
  if (first === undefined) return [...says];
  const own = acts.flatMap((act) => [...(SENTENCES[act.act]?.(act) ?? []), ...sessionsOf(act)]);
  if (own.length > 0 || says.length > 0) return [...[...new Set(own)].slice(0, 12), ...says];
  const title = actsTitle({ acts, actCount });
  if (title !== null) return [`${title}.`];
  const upon = first.target.name.includes(MADE_ANEW) ? "" : ` ${first.target.name}`;
  return [`The log would have that they ${actWords(first.act)}${upon}: what that changes stands below.`];
}

import { type CaseTokens, isLive } from "./case-tokens.ts";
import type { OrderReach } from "./evidence.ts";
import { clientHeldWords, type OwnSecretOfCase, ownHeldWords, ownSecretWords } from "./model.ts";
import type { LeakedOfClients } from "./read-taken-secrets.ts";

/** Whether what leaked is refused when the pack is made, counted over the tokens that were looked at. */
export type Standing = {
  /** What of it somebody can do: use it, use it again once it is given back, or nothing. Packs from before do not have it. */
  is?: "works" | "held" | "refused";
  /** Those that let in whoever holds them, or will by themselves. */
  works: number;
  /** Those that are refused, and will work again when their suspension is over or given back. */
  suspended: number;
  /** Verifiers, over all orders whose reach is told, that can still accept what was taken back. */
  open: number;
  /** Clients, by client id, that still get tokens by a secret that leaked; packs from before do not have it. */
  secrets?: string[];
  /** Clients, by client id, that are disabled and have a secret that leaked and did not end; packs from before do not have it. */
  heldSecrets?: string[];
  /** Secrets of this product that leaked and work, in words; packs from before do not have it. */
  ownSecrets?: string[];
  /** Those that are refused only while whose they are is disabled, in words; packs from before do not have it. */
  heldOwnSecrets?: string[];
  /** The same in a sentence each. */
  says: string[];
};

const named = (count: number, one: string, many: string) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function ofOne(works: boolean, suspended: boolean): string {
  if (works) return "The token still works: whoever holds it is let in.";
  if (suspended)
    return "The token is suspended: refused now, can be given back, and works again when its suspension is over.";
  return "The token is refused now, and will not work again.";
}

function ofMany(of: number, among: string, { works, suspended }: Pick<Standing, "works" | "suspended">) {
  const all = `${named(of, "token", "tokens")}${among}`;
  const held = `${named(suspended, "of them is", "of them are")} suspended: refused now, can be given back, and ${suspended === 1 ? "works" : "work"} again when the suspension is over.`;
  if (works > 0)
    return [
      works === of
        ? `All ${all} still work: whoever holds one is let in.`
        : `${works.toLocaleString("en")} of the ${all} still ${works === 1 ? "works" : "work"}: whoever holds one is let in.`,
      ...(suspended > 0 ? [held] : []),
    ];
  if (suspended > 0) return [`None of the ${all} works now. ${held}`];
  return [`None of the ${all} works: each is refused, and will not work again.`];
}

function ofOwn(own: readonly OwnSecretOfCase[]): string[] {
  if (own.length === 0) return [];
  const says = [
    ...own
      .filter(({ works }) => works)
      .map(
        (secret) =>
          `What leaked of this product still works: ${ownSecretWords(secret)}. Whoever holds it is let in.`,
      ),
    ...own.filter(({ isHeld }) => isHeld).map(ownHeldWords),
  ];
  if (says.length > 0) return says;
  return [
    own.length === 1
      ? "The secret of this product that leaked is refused now, and will not work again."
      : `None of the ${own.length} secrets of this product that leaked works: each is refused, and will not work again.`,
  ];
}

/** What the tokens of a case are worth, at this moment, to whoever has them. Pure. */
export function standingOf(
  { rows, isCut }: Pick<CaseTokens, "rows" | "isCut">,
  reach: readonly Pick<OrderReach, "open">[],
  { taken: secrets, held: heldSecrets }: LeakedOfClients,
  own: readonly OwnSecretOfCase[],
): Standing {
  const works = rows.filter(isLive).length;
  const suspended = rows.filter(({ state }) => state === "suspended").length;
  const open = reach.reduce((sum, order) => sum + order.open, 0);
  const of = rows.length;
  const says = of === 1 && !isCut ? [ofOne(works > 0, suspended > 0)] : [];
  if (of > 1 || (of > 0 && isCut))
    says.push(...ofMany(of, isCut ? " that were looked at" : "", { works, suspended }));
  if (of === 0 && own.length === 0) says.push("The case has no token that is on record.");
  if (open > 0)
    says.push("Some verifiers can still accept what was taken back: under Orders, each with until when.");
  for (const name of secrets)
    says.push(`A secret of ${name} that leaked still gets new tokens: whoever holds it is let in.`);
  says.push(...heldSecrets.map(clientHeldWords));
  const ownSecrets = own.filter(({ works }) => works).map(ownSecretWords);
  const heldOwnSecrets = own.filter(({ isHeld }) => isHeld).map(ownSecretWords);
  says.push(...ofOwn(own));
  const isOpen = works > 0 || open > 0 || secrets.length > 0 || ownSecrets.length > 0;
  const isHeld = suspended + heldSecrets.length + heldOwnSecrets.length > 0;
  const is = isOpen ? "works" : isHeld ? "held" : "refused";
  return { is, works, suspended, open, secrets, heldSecrets, ownSecrets, heldOwnSecrets, says };
}

import type { EndRefusal } from "../tokens/model.ts";
import { NO_CLIENT, NO_TOKEN, rememberClient, rememberToken } from "./memory.ts";
import { RULE_NAMES, type RuleName } from "./model.ts";
import type { ActEvent, ClientMemory, Facts, Finding, Settings, TokenMemory, UseEvent } from "./rule.ts";
import { RULES } from "./rules.ts";

/** A use by its place in the log. */
export type CountedUse = { id: string; receivedAt: Date };

/** Uses of a token that a finding rests on and that may have been taken before it. */
export type UseSeries = {
  tokenId: string;
  refusal: EndRefusal | null;
  since: Date;
  until: Date;
  uses: number;
};

/** What is found of one thing by one rule, over a number of events. */
export type Raised = {
  rule: RuleName;
  subject: Finding["subject"];
  tokenId: string | null;
  familyId: string | null;
  clientId: string | null;
  userId: string | null;
  firstAt: Date;
  lastAt: Date;
  count: number;
  /** Of the latest. */
  facts: Facts;
  /** The uses among the events, and the series that stand for others before them. */
  uses: CountedUse[];
  series: UseSeries[];
};

/** What is remembered; changed in place as events are judged. */
export type Memories = { tokens: Map<string, TokenMemory>; clients: Map<string, ClientMemory> };

/** Every rule's, of one client. */
export type RulesSettings = Readonly<Record<RuleName, Settings>>;

const UNKNOWN = { token: NO_TOKEN, client: NO_CLIENT };

/**
 * Holds events against every rule, in the order that they happened in, and remembers them. The same finding of the same thing comes out once, with how often.
 *
 * @param settingsFor what each rule holds for usual of a client; of null for what is of none.
 */
export function judgeEvents(
  events: readonly (UseEvent | ActEvent)[],
  memories: Memories,
  settingsFor: (clientId: string | null) => RulesSettings,
): Raised[] {
  const raised = new Map<string, Raised>();
  for (const event of events.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    const known = event.kind === "act" ? UNKNOWN : knownOf(memories, event);
    const settings = settingsFor(event.clientId);
    for (const rule of RULE_NAMES) {
      if (!settings[rule].isOn) continue;
      const finding = RULES[rule].judge(event, known, settings[rule]);
      if (finding !== null) add(raised, rule, event, finding);
    }
    if (event.kind === "act") continue;
    memories.clients.set(event.clientId, rememberClient(known.client, known.token, event));
    memories.tokens.set(event.tokenId, rememberToken(known.token, event));
  }
  return [...raised.values()];
}

function knownOf({ tokens, clients }: Memories, { tokenId, clientId }: UseEvent) {
  return { token: tokens.get(tokenId) ?? NO_TOKEN, client: clients.get(clientId) ?? NO_CLIENT };
}

function add(
  raised: Map<string, Raised>,
  rule: RuleName,
  event: UseEvent | ActEvent,
  { subject, facts, count = 1, since = event.at, series: of }: Finding,
): void {
  const uses = event.kind === "use" ? [{ id: event.id, receivedAt: event.receivedAt }] : [];
  const series =
    of === undefined || event.tokenId === null ? [] : [{ tokenId: event.tokenId, until: event.at, ...of }];
  const key = `${rule} ${subject.kind} ${subject.id}`;
  const before = raised.get(key);
  if (before !== undefined) {
    before.count += count;
    if (event.at >= before.lastAt) Object.assign(before, { lastAt: event.at, facts });
    if (since < before.firstAt) before.firstAt = since;
    before.uses.push(...uses);
    before.series.push(...series);
    return;
  }
  const { at, tokenId, familyId, clientId, userId } = event;
  raised.set(key, {
    rule,
    subject,
    tokenId,
    familyId,
    clientId,
    userId,
    firstAt: since,
    lastAt: at,
    count,
    facts,
    uses,
    series,
  });
}

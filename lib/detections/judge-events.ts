import { NO_CLIENT, NO_TOKEN, rememberClient, rememberToken } from "./memory.ts";
import { RULE_NAMES, type RuleName } from "./model.ts";
import type { ActEvent, ClientMemory, Facts, Finding, Settings, TokenMemory, UseEvent } from "./rule.ts";
import { RULES } from "./rules.ts";

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
  { subject, facts, count = 1 }: Finding,
): void {
  const key = `${rule} ${subject.kind} ${subject.id}`;
  const before = raised.get(key);
  if (before !== undefined) {
    before.count += count;
    before.lastAt = event.at;
    before.facts = facts;
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
    firstAt: at,
    lastAt: at,
    count,
    facts,
  });
}

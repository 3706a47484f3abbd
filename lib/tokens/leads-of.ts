import type { Database } from "../db/database.ts";
import type { Fragment } from "../list-query/sql-fragment.ts";
import type { Window } from "../list-query/time-window.ts";
import { countryLead } from "./country-lead.ts";
import { addressCondition, addressLead, expiryLead, usageLead, userLead } from "./few-leads.ts";
import { clientLead, fewClientsLead, type Lead, labelLead, registerLead } from "./lead.ts";
import { familyLead, type searchLead, sessionLead } from "./narrow-branches.ts";
import { networkCondition, networkLead } from "./network-lead.ts";
import type { Tally } from "./read-tally.ts";
import type { Filters, TokenQuestion } from "./token-question.ts";

/** Without a tally all are unknown; then labels and clients lead before the whole register. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** Every way to the rows, the register itself first, and the conditions of those filters that have a way of their own. */
export async function leadsOf(
  db: Database,
  filters: Filters,
  question: TokenQuestion,
  search: Awaited<ReturnType<typeof searchLead>> | null,
  tally: Tally | null,
  span: Window,
): Promise<{ leads: Lead[]; conditions: Fragment[]; others: number[] }> {
  const { labels, clients } = question;
  const leads: Lead[] = [registerLead(tally?.inRegister ?? UNKNOWN)];
  const conditions = labels.map(({ contained }) => contained);
  for (const [index, { filter, contained }] of labels.entries())
    leads.push(
      labelLead(filter, contained, tally === null ? UNKNOWN / 3 : (tally.ofLabels[index] as number)),
    );
  if (clients !== null) {
    leads.push(clientLead(clients.ids, clients.contained, tally?.ofClients ?? UNKNOWN / 4));
    conditions.push(clients.contained);
  } else if (tally !== null) {
    const few = fewClientsLead(tally);
    if (few !== null) leads.push(few);
  }
  const add = (lead: Lead | null, answers = lead?.answers ?? null) => {
    if (lead !== null) leads.push(lead);
    if (answers !== null) conditions.push(answers);
  };
  // in the tally it stands behind the labels
  if (question.country !== null)
    add(countryLead(question.country, tally?.ofLabels[labels.length] ?? UNKNOWN / 3));
  if (filters.family) add(familyLead(filters.family));
  if (filters.session) add(sessionLead(filters.session));
  const address = filters.ip ? addressCondition(filters.ip) : null;
  const network = filters.asn ? networkCondition(filters.asn) : null;
  const [byUser, byAddress, byNetwork, byExpiry, byUse] = await Promise.all([
    filters.user ? userLead(db, filters.user) : null,
    filters.ip && address ? addressLead(db, filters.ip, address) : null,
    filters.asn && network ? networkLead(db, filters.asn, network) : null,
    expiryLead(db, question.expires, span),
    usageLead(db, question.used),
  ]);
  add(byUser);
  if (search !== null) add(search.lead, search.answers);
  add(byAddress, address);
  add(byNetwork, network);
  add(byExpiry);
  add(byUse);
  const others = [byUser, search?.lead ?? null, byAddress, byNetwork, byExpiry, byUse].flatMap(
    (lead) => lead?.tokens ?? [],
  );
  return { leads, conditions, others };
}

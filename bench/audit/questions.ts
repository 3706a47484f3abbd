import type { SeededUses } from "./seed-uses.ts";

/** What a person asks the explorer, without the time. */
export type Question = { name: string; query: string };

/** One filter each, and some together; of skewed ones a frequent and a rare value. */
export function questionsFor({ parties: { clients, verifiers } }: SeededUses): Question[] {
  const rareClient = clients.at(-3)?.name;
  return [
    { name: "no filter", query: "" },
    { name: "refused", query: "outcome=refused" },
    { name: "allowed", query: "outcome=allowed" },
    { name: "issued", query: "outcome=issued" },
    { name: "refused because revoked", query: "refusal=revoked" },
    { name: "introspection", query: "source=introspection" },
    { name: "the largest client", query: `client=${clients[0]?.name}` },
    { name: "a rare client", query: `client=${rareClient}` },
    { name: "a verifier", query: `verifier=${verifiers[0]?.name}` },
    { name: "the most frequent country", query: "country=DE" },
    { name: "the rarest country", query: "country=GE" },
    { name: "a client, refused", query: `client=${clients[1]?.name}&outcome=refused` },
    { name: "a rare client, suspended", query: `client=${rareClient}&refusal=suspended` },
    { name: "a country and a verifier", query: `country=FR&verifier=${verifiers[2]?.name}` },
  ];
}

import type { SeededUses } from "./seed-uses.ts";
import { userId } from "./synthetic-uses.ts";

/** What a person asks the explorer, without the time. `follows`: somebody or something through time, whose summary is on the page too. */
export type Question = { name: string; query: string; follows: boolean };

const look = (name: string, query: string): Question => ({ name, query, follows: false });
const follow = (name: string, query: string): Question => ({ name, query, follows: true });

/** One filter each, and some together; of skewed ones a frequent and a rare value. */
export function questionsFor({ parties: { clients, verifiers }, followed }: SeededUses): Question[] {
  const rareClient = clients.at(-3)?.name;
  return [
    look("no filter", ""),
    look("refused", "outcome=refused"),
    look("allowed", "outcome=allowed"),
    look("issued", "outcome=issued"),
    look("refused because revoked", "refusal=revoked"),
    look("introspection", "source=introspection"),
    look("the most frequent country", "country=DE"),
    look("the rarest country", "country=GE"),
    look("all but the largest client", `notClient=${clients[0]?.name}`),
    look("refused, not as expired, from elsewhere", "outcome=refused&notRefusal=expired&notCountry=DE"),
    look("a part of many paths", "path=%2Fv1%2Fresources%2F1*"),
    look("a path that nobody asked for", "path=%2Fadmin%2F*"),
    look("a user agent", "agent=client-3"),
    look("a user agent, refused, with POST", "agent=client-7%2F&outcome=refused&method=POST"),
    follow("the largest client", `client=${clients[0]?.name}`),
    follow("a client of the middle", `client=${clients[40]?.name}`),
    follow("a rare client", `client=${rareClient}`),
    follow("a verifier", `verifier=${verifiers[0]?.name}`),
    follow("a client, refused", `client=${clients[1]?.name}&outcome=refused`),
    follow("a rare client, suspended", `client=${rareClient}&refusal=suspended`),
    follow("a country and a verifier", `country=FR&verifier=${verifiers[2]?.name}`),
    follow("a token", `token=${followed.token}`),
    follow("a family", `family=${followed.family}`),
    follow("a person", `user=${followed.user}`),
    follow("the busiest person", `user=${userId(0)}`),
    follow("a person's address", `ip=${encodeURIComponent(followed.ip)}`),
    follow("a service's address", "ip=10.0.0.1"),
  ];
}

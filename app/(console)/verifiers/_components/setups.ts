import type { CheckWay } from "#lib/verifiers/model.ts";
import { type SetupId, setupLines } from "#lib/verifiers/setup-lines.ts";
import { howWords as words } from "./words.ts";

export type Setup = {
  id: SetupId;
  /** The way that it sets up; the first of a way is the one that is open. */
  way: CheckWay;
  name: string;
  says: string;
  text: string;
  /** What the text is, for the copy button. */
  what: string;
  note?: string;
};

/** Gateways whose lines name one audience. */
const ASKS_FOR_ONE: ReadonlySet<SetupId> = new Set(["nginx", "traefik"]);

/** The few lines that set a verifier up, for each way, with what they do. */
export function setupsOf(verifier: { name: string; audiences: readonly string[]; issuer: string }): Setup[] {
  const lines = setupLines(verifier);
  const setups: Omit<Setup, "text">[] = [
    { id: "introspection", way: "introspection", ...words.introspection, what: "introspection command" },
    { id: "nginx", way: "forward_auth", ...words.nginx, what: "nginx configuration" },
    { id: "traefik", way: "forward_auth", ...words.traefik, what: "Traefik configuration" },
    { id: "envoy", way: "forward_auth", ...words.envoy, what: "Envoy configuration" },
    { id: "npm", way: "feed", ...words.npm, what: "code" },
    { id: "feed", way: "feed", ...words.feed, what: "feed commands" },
    { id: "status_list", way: "status_list", ...words.statusList, what: "status list commands" },
    { id: "jwks", way: "jwks", ...words.jwks, what: "code" },
  ];
  const [first, ...others] = verifier.audiences;
  return setups.map((setup) => ({
    ...setup,
    text: lines[setup.id],
    ...(ASKS_FOR_ONE.has(setup.id) && first !== undefined && others.length > 0
      ? { note: `${setup.note ?? ""} ${words.oneAudience(first)}` }
      : {}),
  }));
}

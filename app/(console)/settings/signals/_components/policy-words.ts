import { type Policy, RECEIVED_EVENT_WORDS } from "#lib/signal-receivers/model.ts";

/** What is done at an event, in words: "Session revoked: suspend for 12 hours". */
export function policyWords({ eventType, action, hours }: Policy): string {
  const name = RECEIVED_EVENT_WORDS[eventType];
  switch (action) {
    case "ignore":
      return `${name}: ignore`;
    case "suspend":
      return `${name}: suspend for ${hours === 1 ? "an hour" : `${hours} hours`}`;
    case "revoke":
      return `${name}: revoke`;
    default:
      return action satisfies never;
  }
}

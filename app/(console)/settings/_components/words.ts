import type { LifetimeKey, OrderBoundKey } from "#lib/organisation/model.ts";

/** Texts of the organisation's settings. */
export const settingWords = {
  title: "Lifetimes",
  purpose: "How long tokens and sessions live, and the bounds that no client may leave.",
  save: "Save changes",
  unchanged: "Nothing is changed yet.",
  saved: "Saved. New tokens follow it.",
  note: "Before it is saved you are told which tokens that are out outlive it, and may end them.",
  scale: "On one scale",
  scaleHelp:
    "What a client gets that sets none of its own. Draw a knob, move it with the arrow keys, or type; the bars show what clients may choose.",
  ruler: "The organisation's lifetimes on one scale",
  rotation: "Replace the refresh tokens of confidential clients",
  rotationHelp:
    "At each use; else once half of the idle time has gone. Those of clients that keep no secret are replaced at each use, always.",
  refreshTokensMax: "Refresh tokens of a user with a client",
  boundSays: (min: string, max: string) => `Clients may choose ${min} to ${max}.`,
  sessionSays: "Clients may want a younger sign-on, never an older.",
  refreshTokensMaxHelp: "One more ends the oldest sign-in, on record.",
  readOnly: "Your role may look at these and not change them.",
  organisation: "Organisation",
  organisationHelp: "People see the name at sign-in and consent.",
  name: "Name",
  orders: "Orders",
  ordersHelp: "What bounds an order that revokes or suspends by a plan.",
  usual: "An hour or less is usual: a stolen token is good for that long.",
};

type Section = { title: string; help: string; keys: LifetimeKey[] };

export const ORDER_BOUNDS: OrderBoundKey[] = ["orderHorizonDays", "orderPlanMinutes", "wideOrderTokens"];

/** What is typed beside the scale: the bounds, and clocks. */
export const BOUND_SECTIONS: Section[] = [
  {
    title: "Bounds",
    help: "No client may go below or above. A client whose own setting falls outside of new bounds is held to them from its next token on. A client's sign-on is never older than the organisation's.",
    keys: [
      "accessTokenTtlMinSeconds",
      "accessTokenTtlMaxSeconds",
      "refreshTokenIdleMaxSeconds",
      "refreshTokenAbsoluteMaxSeconds",
      "refreshGraceMaxSeconds",
      "idTokenTtlMaxSeconds",
      "authorizationCodeTtlMaxSeconds",
      "deviceCodeTtlMaxSeconds",
    ],
  },
  {
    title: "Clocks",
    help: "How far the clocks of others may be off before a token is not yet, or no longer, valid.",
    keys: ["clockSkewSeconds"],
  },
];

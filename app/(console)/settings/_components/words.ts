import type { LifetimeKey, OrderBoundKey } from "#lib/organisation/model.ts";

/** Texts of the organisation's settings. */
export const settingWords = {
  title: "Lifetimes",
  purpose: "How long tokens and sessions live, and the bounds that no client may leave.",
  save: "Save changes",
  unchanged: "Nothing is changed yet.",
  saved: "Saved. New tokens follow it; those that are out keep what they were issued with.",
  note: "Tokens that are out keep the lifetime they were issued with.",
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

/** The lifetimes as the page has them, from what matters most. */
export const SECTIONS: Section[] = [
  {
    title: "Access tokens",
    help: "The defaults, for clients that set none of their own. Services get theirs by client credentials and can renew them cheaply.",
    keys: ["accessTokenTtlSeconds", "serviceTokenTtlSeconds"],
  },
  {
    title: "Bounds",
    help: "No client may go below or above. A client whose own setting falls outside of new bounds is held to them from its next token on.",
    keys: ["accessTokenTtlMinSeconds", "accessTokenTtlMaxSeconds"],
  },
  {
    title: "Refresh tokens",
    help: "Idle ends a refresh token that is not used; absolute ends its family whatever happens. Within the grace, an application whose answer was lost may use the same refresh token again; 0 ends the family at the second use.",
    keys: ["refreshTokenIdleSeconds", "refreshTokenAbsoluteSeconds", "refreshGraceSeconds"],
  },
  {
    title: "Signing in",
    help: "One sign-in opens several applications until its session ends. Codes are exchanged once, at once.",
    keys: [
      "sessionIdleSeconds",
      "sessionAbsoluteSeconds",
      "authorizationCodeTtlSeconds",
      "idTokenTtlSeconds",
    ],
  },
  {
    title: "Clocks",
    help: "How far the clocks of others may be off before a token is not yet, or no longer, valid.",
    keys: ["clockSkewSeconds"],
  },
];

import type { EffectiveTtl, LifetimeStep, ResolvedLifetime } from "./model.ts";

/** Which setting wins for a client, a user and an audience, and when a sign-in ends; browser-safe. Times are ISO 8601 in UTC. */

export type ExplainedStep = Omit<LifetimeStep, "source"> & { who: string };

export type ExplainedLifetime = {
  key: ResolvedLifetime["key"];
  name: string;
  seconds: number;
  /** "10 minutes, …": the end of it. */
  says: string;
  /** Every setting that was asked, in order. */
  steps: ExplainedStep[];
};

/** An order that ends something before its time. */
export type EndingOrder = { orderId: string; at: string; target: string };

/** A sign-in with its ends. Null: there is none of that kind. */
export type SignInEnds = {
  accessEndsAt: string | null;
  /** When the refresh token ends if nobody uses it. */
  refreshEndsAt: string | null;
  /** When it all ends if nobody renews it, and at the latest, renewed as long as may be. */
  unusedEndsAt: string;
  latestEndsAt: string;
  /** The sign-on at the authority: it lets the person into applications without signing in again. It ends here if it is not used. */
  signOnEndsAt: string | null;
  /** An order that is set for later and comes first; null where lifetimes alone decide. */
  endedBy: EndingOrder | null;
};

export type LiveSignIn = SignInEnds & { familyId: string; signedInAt: string; isSuspended: boolean };

export type LifetimesExplanation = {
  at: string;
  client: { id: string; clientId: string; name: string; kind: string };
  user: { id: string; email: string } | null;
  audience: { id: string; name: string } | null;
  /** The lifetime of the next access token, as lists show it. */
  accessTokenTtl: EffectiveTtl;
  lifetimes: ExplainedLifetime[];
  rotation: { rotates: boolean; says: string } | null;
  /** What a token that is issued now, or a person who signs in now, gets; null with `why` where nobody gets any. */
  ifNow: SignInEnds | null;
  why: string | null;
  /** Sign-ins of the user with the client that live; at most a hundred, the newest first. */
  signIns: LiveSignIn[];
};

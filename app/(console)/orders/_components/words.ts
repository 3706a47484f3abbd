import type { OrderRow } from "#lib/revocations/model.ts";

/** Texts of the Orders area. */
export const orderWords = {
  title: "Orders",
  purpose: "What was revoked, suspended and restored: by whom, why, and what it reached.",
  emptyTitle: "Nothing was taken back yet",
  emptyText: "Revoke a token, a user or a client from its page, and the order stands here with its reason.",
  settling: "It is in force everywhere; this only writes it down.",
  settlingOver: "It is over; this only writes down what it held.",
  settlingSelection: "What is written is in force.",
  note: "An order is in force from the moment it was placed; settling only writes it down token by token.",
  reachedHelp:
    "(used-up refresh tokens and what other orders ended among them; before an order only live ones are counted)",
  writtenHelp:
    "Used-up and expired tokens among them. Plans, approvals and the log count those that were live.",
  revokedHelp: "(used-up and expired ones among them; what an earlier order had ended is not written again)",
  suspendedHelp:
    "(used-up and expired ones among them; what another order suspends for as long is not written again)",
  everything: "Revoke everything…",
  noUndo: "A revocation has no undo: new tokens have to be issued instead.",
};

export const STANDING_WORDS: Record<OrderRow["standing"], string> = {
  scheduled: "Begins later",
  in_force: "In force",
  over: "Its end has come",
  restored: "Restored",
  cancelled: "Called off before it began",
};

import { groupedNumber } from "#components/display/number-text.tsx";
import type { ErasureCounts } from "#lib/erasures/model.ts";

const countWords = (count: number | null) =>
  count === null ? "too many to count here" : groupedNumber(count);

/** Texts of the erasure of a person's data. */
export const eraseWords = {
  zone: "Danger zone",
  zoneText: "On request, what this product holds of a person is erased. Nothing brings it back.",
  open: "Erase personal data…",
  again: "Erase what came since…",
  title: (name: string) => `Erase the personal data of ${name}?`,
  planning: "Looking for what mentions them",
  refused: "Not yet",
  mentions: "What mentions them",
  counts: (counts: ErasureCounts): { key: string; value: string }[] => [
    { key: "Tokens", value: groupedNumber(counts.tokens) },
    { key: "Uses of tokens", value: countWords(counts.uses) },
    { key: "Acts on record", value: countWords(counts.acts) },
    { key: "Sign-ins and applications", value: groupedNumber(counts.signIns) },
    { key: "Cases", value: groupedNumber(counts.cases) },
    { key: "Detections", value: groupedNumber(counts.detections) },
    { key: "Mails kept here", value: groupedNumber(counts.mails) },
    { key: "Rows of imported files", value: groupedNumber(counts.importRows) },
    { key: "Saved views and exports", value: groupedNumber(counts.lists) },
  ],
  erased: "Is erased",
  erasedText:
    "E-mail, name, attributes, groups and password; sign-ins, sessions and applications; addresses, paths and software in uses and tokens; names, notes and changes in acts; their address and full name in cases, mails, files, views and orders.",
  stays: "Stays, as evidence",
  staysText:
    "Ids, times, outcomes, clients, countries, and who did what when. Seals go on proving it: a salted hash stands where something was erased, and its salt is gone. A name of one word is not looked for in free text.",
  notReached: "Cannot be reached from here",
  notReachedText:
    "Exports and evidence packs that were downloaded, streams to SIEMs, mails that were sent, backups, and old pages of the database's own files until it writes over them.",
  later:
    "If one of their ended tokens is presented later, that refused call is on record with its address. Erase again then.",
  adminToo:
    "An admin of this console has the same e-mail address. That account stays: disable it under Admins.",
  reason: "Why",
  note: "Note",
  noteHelp: "It stays on record: do not name the person in it.",
  act: "Erase for good",
  begun: "The erasure has begun. A worker does it: see the tray.",
  close: "Close",
  isErased: "Personal data erased",
  isErasedText: "This row stays for what names its id. Nobody can sign in with it.",
  isBeingErased: "Personal data is being erased",
  isBeingErasedText: "A worker is at it. Nothing of this user can be changed.",
  nobodys: "Nobody's account any more",
  asked: (by: string) => `Asked for by ${by}.`,
};

import { groupedNumber } from "#components/display/number-text.tsx";
import {
  HELD_STILL_WORDS,
  INCIDENT_STATE_WORDS,
  type IncidentDetail,
  type IncidentUses,
  type OpenedBySecret,
  type OwnSecretOfCase,
  type WorkingAgain,
} from "#lib/incidents/model.ts";

const worksNow = ({ tokens, secrets, ownSecrets }: WorkingAgain) =>
  [
    tokens === 0 ? "" : tokens === 1 ? "1 token of it works." : `${groupedNumber(tokens)} tokens of it work.`,
    ...secrets.map((name) => `A leaked secret of ${name} still gets tokens.`),
    ...ownSecrets.map((name) => `What leaked of this product works: ${name}.`),
  ]
    .filter((line) => line !== "")
    .join(" ");

/** Texts of the cases. */
export const incidentWords = {
  detections: "Detections on its tokens",
  title: "Cases",
  one: "Case",
  otherCases: "Other cases of its tokens",
  purpose: "Incidents from leak to report: what got out, what was done with it, who took it back.",
  emptyTitle: "No case yet",
  emptyText: "Paste what leaked at the Leak desk, or open a case from the page of a token or user.",
  toDesk: "To the Leak desk",
  edit: "Edit…",
  pack: "Evidence pack",
  packHelp:
    "Printable, holds its JSON, and no value of any token. It is an export: you confirm it is you, and each one is on record.",
  packFailed: "The evidence was not exported",
  window: "Compromised from",
  setWindow: "Set…",
  suggested: "Suggested",
  setByHand: "Set by hand",
  done: "Mark done",
  reopen: "Reopen",
  noMail: "No mail server is set up: tell the owners yourself, and write down here that you did.",
  toMail: "To the mail server",
  owners: "Owners: told by e-mail",
  nobodyTold: "Nobody has been told from here yet.",
  tell: "Tell the owners…",
  tellTitle: "Tell the owners",
  tellWhom: "Whom",
  theirTokens: (tokens: number) =>
    tokens === 1 ? "1 token of the case" : `${groupedNumber(tokens)} tokens of the case`,
  tellNote: "What you add",
  tellNoteHelp: "One paragraph, under the name of the security team. No tokens: they are refused here.",
  previewFor: "Preview for",
  previewOf: (name: string) => `What ${name} is told`,
  tellAct: (people: number) => (people === 1 ? "Tell 1 person" : `Tell ${people} people`),
  reports: "Reported by scanners",
  standsAs: (
    { state, worksAgain, openedBy }: Pick<IncidentDetail, "state" | "worksAgain" | "openedBy">,
    isHeld: boolean,
  ) =>
    [
      worksAgain === null ? INCIDENT_STATE_WORDS[state].means : worksNow(worksAgain),
      ...(state === "closed" && isHeld ? [HELD_STILL_WORDS] : []),
      `Opened by ${openedBy.name}.`,
    ].join(" "),
  worksAgain: "Not contained any more",
  worksAgainText: ({ tokens, secrets, ownSecrets }: WorkingAgain) =>
    [
      tokens === 0
        ? ""
        : `It was contained, but ${tokens === 1 ? "1 token of it works" : `${tokens} tokens of it work`} now: given back, renewed, or put into the case since. Take ${tokens === 1 ? "it" : "them"} back.`,
      ...secrets.map(
        (name) =>
          `Whoever has the leaked secret of ${name} still gets tokens: give it a new one under Reissue.`,
      ),
      ...ownSecrets.map((name) => `What leaked of this product works: ${name}. End it where it was made.`),
    ]
      .filter((line) => line !== "")
      .join(" "),
  tolerance: (seconds: number) =>
    `A verifier's clock may differ by ${seconds} s: a reported use so near to an edge counts as during.`,
  usesCut: ({ ofToken, inAll, tokensCut, tokensLeftOut }: IncidentUses["bounds"]) =>
    [
      "There are more uses than were looked at.",
      tokensCut > 0
        ? `Of ${groupedNumber(tokensCut)} of the tokens the newest ${groupedNumber(ofToken)} count.`
        : "",
      tokensLeftOut > 0
        ? `Of ${groupedNumber(tokensLeftOut)} none count: ${groupedNumber(inAll)} had been looked at.`
        : "",
    ]
      .filter((part) => part !== "")
      .join(" "),
  elsewhere: "placed elsewhere",
  leakedSecret: (client: string) => `The leaked secret of ${client}`,
  opensNow: ({ isTaken, isHeld, isEnough, permissions, audiences }: OpenedBySecret) =>
    isHeld
      ? "It gets nothing while the client is disabled, and tokens again when that is enabled: it has not ended."
      : !isTaken
        ? "It gets nothing any more."
        : !isEnough
          ? "Alone it gets no token: the client has no client credentials. Beside a stolen code or refresh token of its people it does."
          : permissions.length === 0
            ? "It gets new tokens, with no permission."
            : `It gets new tokens${audiences.length === 0 ? "" : ` for ${audiences.join(", ")}`}, with:`,
  stillTaken: (client: string) => `The leaked secret of ${client} still works`,
  stillTakenText: (isEnough: boolean) =>
    `${isEnough ? "Whoever has it gets new tokens, so that the case stays open" : "Whoever has it passes for the client, so that the case stays open"} whatever is taken back here.`,
  ownWorks: (name: string) => `What leaked of this product works: ${name}`,
  ownWorksText: "Whoever has it is let in, so that the case stays open whatever is taken back here.",
  ownUntil: "It ends by itself at",
  toOwn: "End it on its page.",
  notYours: "Your role does not show its page: ask an owner to end it there.",
  toReissue: "Replace it under Reissue.",
  replaceSecret: (client: string) => `New secret for ${client}…`,
  replaceText: (isEnough: boolean) =>
    isEnough
      ? "Whoever has the leaked one gets tokens until then."
      : "Whoever has the leaked one passes for the client until then.",
  newSecret: "New secret…",
  endUser: "End sessions and tokens…",
  closeCase: "Close the case",
  closeTitle: "Close the case?",
  closeText:
    "It says that it is written up. It can be opened again, and what happens to its tokens is still seen in it.",
  closeNotContained: "It is not contained: something of it may still be used.",
  closeHeld: "It is held, not contained: what is refused now can work again.",
  held: "Held, not contained",
  heldText: (tokens: number) =>
    `${tokens === 1 ? "1 token of it is" : `${groupedNumber(tokens)} tokens of it are`} suspended: refused now, can be given back. Revoke ${tokens === 1 ? "it" : "them"} when you are sure, or give ${tokens === 1 ? "it" : "them"} back.`,
  heldSecret: (client: string) => `The leaked secret of ${client} has not ended`,
  replaceHeld:
    "The leaked one is refused only while the client is disabled, and works again when that is enabled.",
  ownState: ({ works, isHeld }: OwnSecretOfCase) =>
    works ? "works" : isHeld ? "refused now, and not ended" : "does not work any more",
  ownOpens: (opens: string) => `while it works, whoever has it ${opens}`,
  madeWith: (name: string | null) => (name === null ? "made with it" : `made with ${name}`),
  inLog: (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}, in the log`,
  keptOf: (kept: string) => kept.replace(/^./, (first) => first.toUpperCase()),
  leakedActs: (counts: string) =>
    `Acts by the leaked API tokens, by those that were made with them, and upon them: ${counts}.`,
  moreActs: (more: number, isExact: boolean) =>
    `${groupedNumber(more)}${isExact ? "" : " or more"} older ${more === 1 && isExact ? "one" : "ones"}: the evidence pack lists 1,000, the log all, by each API token.`,
  reissueOwn:
    "No client and nobody holds what leaked here: give the program or service that used it a new one, made on the page of whose it is.",
  ownHeld: (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)} has not ended`,
  closedHeld: "Refused for now, and would work again",
  closedHeldText: "Open the case again to end it.",
  suspendedStill: (tokens: number) =>
    tokens === 1
      ? "1 token of it is suspended: refused for now, and would work again when that is over or it is given back."
      : `${groupedNumber(tokens)} tokens of it are suspended: refused for now, and would work again when that is over or they are given back.`,
  suspendedMeans: "Suspended: refused now, can be given back.",
  closeNotDone: "Not ticked off yet:",
  openAgain: "Open it again",
  unsure: "Not sure? Choose Suspend: it can be given back. What is revoked stays so.",
  note: "Note",
  addNote: "Add note",
  notePlaceholder: "What you saw, did or decided. No tokens: they are refused here.",
  noteHoldsSecret:
    "A token seems to stand in it. Notes hold none: take it out. Until then it is kept nowhere but in this page, and is gone when you leave it.",
  mark: "Mark",
  stale: "Somebody else changed the case",
};

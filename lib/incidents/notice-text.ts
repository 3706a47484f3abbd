import { oneLine } from "../mail/one-line.ts";
import { NOTICE_NOTE_MAX, type NoticeFacts } from "./model.ts";

const NAME_MAX = 60;

/** A name from outside: one line, and nothing in it that a mail program makes a link of. */
function named(text: string): string {
  return (
    oneLine(text.replace(/[:/\\]{2,}/g, " ").replace(/\bwww\./gi, "www "), NAME_MAX) ||
    "somebody without a name"
  );
}

/** `2026-11-29 08:12 UTC`. */
function utc(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

function standsAs({ works, isSuspended }: NoticeFacts["tokens"][number]): string {
  if (works) return "still works";
  return isSuspended ? "suspended: refused now, can be given back" : "does not work any more";
}

/** What was found, and of how many one speaks. */
function foundWords({ bySecret, tokens, more }: NoticeFacts): { what: string; many: boolean } {
  if (bySecret) return { what: "a secret", many: false };
  const many = tokens.length + more !== 1;
  return { what: many ? "tokens" : "a token", many };
}

/**
 * The subject and the text of a notice. They carry no value of a token, no secret and no link: what somebody does about it they do where they always do.
 *
 * @param note what the sender adds; one paragraph.
 */
export function noticeText(facts: NoticeFacts, note: string): { subject: string; body: string } {
  const { recipient, tokens, more, caseNumber } = facts;
  const organisation = named(facts.organisation);
  const { what, many } = foundWords(facts);
  const whose = recipient.kind === "user" ? "issued to you" : `of the application "${named(recipient.name)}"`;
  const lines = tokens.map(
    (token) =>
      `  - ${token.kind} token of "${named(token.client)}", issued ${utc(token.issuedAt)}: ${standsAs(token)}`,
  );
  const toDo =
    recipient.kind === "user"
      ? [
          "  - Sign in again at these applications: you get new tokens.",
          "  - Delete the old ones wherever you kept them: files, scripts, chats, tickets.",
        ]
      : [
          "  - Find out where the application's tokens or its secret were kept or logged, and delete them there.",
          "  - If you were given a new secret for it, put that to use.",
        ];
  const paragraphs = [
    recipient.kind === "user" ? `Hello ${named(recipient.name)},` : "Hello,",
    `${what} ${whose} ${many ? "were" : "was"} found where ${many ? "they" : "it"} should not be. Whoever had ${many ? "them" : "it"} could act ${recipient.kind === "user" ? "in your name" : "as the application"}.`,
    [
      ...(facts.bySecret && lines.length > 0 ? ["Tokens that the application, or whoever had it, got:"] : []),
      ...lines,
      ...(more > 0 ? [`  - and ${more} more`] : []),
    ].join("\n"),
    [
      "What to do:",
      ...toDo,
      "  - Tell your security team how it may have got out, and what you did not do yourself.",
    ].join("\n"),
    ...(note === "" ? [] : [`From the security team:\n${oneLine(note, NOTICE_NOTE_MAX)}`]),
    `This is case ${caseNumber} of ${organisation}. There is no link in this mail, on purpose: nobody asks you for a password or a token by mail.`,
  ];
  return {
    subject: `${organisation}: ${what} ${recipient.kind === "user" ? "of yours" : "of an application of yours"} leaked (case ${caseNumber})`,
    body: `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`,
  };
}

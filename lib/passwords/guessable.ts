import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { DomainError } from "../errors.ts";

/** Whose password it is to be: what an attacker knows of them. */
type Known = { email: string; name: string };

const PRODUCT = "tokenwarden";
/** So many guesses a password must outlast, by an attacker who tries known passwords, words, keyboards, dates and repeats first. */
const GUESSES_MIN = 1e10;
/** What is looked at: the search is quadratic, and what outlasts it by its beginning does so as a whole. */
const LOOKED_AT = 64;
/** A shorter part of an address stands in many a sentence. */
const PART_MIN = 4;

let estimator: ZxcvbnFactory | undefined;

/** Why a password is one that would be guessed, as "password …"; null: it is none. */
export function whyGuessable(password: string, { email, name }: Known): string | null {
  const plain = password.normalize("NFKC").toLowerCase();
  const [local = ""] = email.toLowerCase().split("@");
  const holds = (part: string) => part.length >= PART_MIN && plain.includes(part);
  if (holds(email.toLowerCase()) || holds(local)) return "must not have the e-mail address in it";
  if (name.trim().includes(" ") && holds(name.trim().toLowerCase())) return "must not have the name in it";
  if (plain.includes(PRODUCT)) return "must not have the product's name in it";
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { guesses } = estimator.check(plain.slice(0, LOOKED_AT), [
    ...email.toLowerCase().split(/[@.+_-]/),
    ...name.toLowerCase().split(/\s+/),
  ]);
  if (guesses >= GUESSES_MIN) return null;
  return "would be guessed soon: it is made of well-known passwords, words, dates, repeats or keys beside each other. Take a few words that do not belong together";
}

/** @throws {DomainError} INVALID_INPUT, in words */
export function requireNotGuessable(password: string, known: Known): void {
  const why = whyGuessable(password, known);
  if (why === null) return;
  throw new DomainError("INVALID_INPUT", `The password ${why}.`, {
    fields: [{ path: "password", message: why }],
  });
}

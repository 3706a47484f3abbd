import type { Obstacle, Subject } from "#lib/access/model.ts";
import { isEachTime, whereWords } from "#lib/access/where-words.ts";
import { GUARDED_WORDS } from "#lib/approvals/model.ts";
import { STEP_UP_WORDS } from "#lib/step-up/model.ts";

const STATES: Record<Subject["state"], string> = {
  active: "active",
  invited: "invited",
  enrolling: "no second factor",
  shut_out: "cannot sign in",
  disabled: "disabled",
  expired: "expired",
  revoked: "revoked",
  creator_disabled: "stopped: its maker cannot sign in",
};

/** Texts of the pages that say who may do what. */
export const accessWords = {
  title: "Who may do what",
  purpose:
    "What an admin or an API token may do and why, and who may do one act. It is what the routes themselves ask for.",
  bySubject: "By person or token",
  byAct: "By act",
  subject: "Whom",
  adminExample: "Choose an admin",
  apiTokenExample: "Choose an API token",
  /** As it stands behind a name. */
  stateOf: (state: Subject["state"]) => STATES[state],
  act: "Which act",
  actExample: "Choose an act",
  admins: "Admins",
  apiTokens: "API tokens",
  chooseSubject: "Choose whose permissions to see",
  chooseSubjectText:
    "Every permission is listed with what it allows, whether their role gives it, and what stands in the way.",
  chooseAct: "Choose an act",
  chooseActText: "Every admin and API token is listed with whether they may do it, and why.",
  allows: "What it allows",
  may: "May they",
  inTheWay: "What stands in the way",
  nothing: "nothing",
  nothingToDo: "reading alone",
  acts: (count: number) => `${count} ${count === 1 ? "act" : "acts"}`,
  who: "Who",
  role: "Role",
  why: "Why",
  yes: "May",
  no: "May not",
  ofOthers: (names: string) => `Has: ${names}`,
  seeWho: "Who may do this",
  takes: "It takes",
  nothingButSignedIn: "to be signed in, for what is one's own",
  onAdmin: "What they may do, and why",
  all: "Everything in",
  some: "Part of",
  none: "Nothing in",
  someOf: (area: string, may: number, all: number) => `${area} (${may} of ${all})`,
  everyPart: "All permissions, in every part of the console.",
  first: "What comes first",
  nothingFirst: "Nothing: none of it is dangerous.",
  asked: "Asked again",
  askedMeans:
    "Before these they show again who they are, by passkey, code or provider. It holds for ten minutes.",
  policy: "What wants a second person",
  askedEach: "Asked each time",
  askedEachMeans:
    "Before each of these they show again who they are, by passkey, code or provider: it holds for that one alone.",
  waits: "Waits for a person",
  waitsMeans: "A program cannot be asked who it is: these wait until a person approves them.",
  eyes: "Four eyes",
  eyesMeans:
    "These wait until a second person approves them, or are done by break-glass and reviewed. Each of them shows who they are, each time.",
  typed: "Typed to confirm",
  typedMeans:
    "What reaches far is confirmed by typing a name, an address or a number that stands there: nobody does it by a slip.",
  each: (count: number) => `Each of the ${count} permissions, with what it allows`,
  everything: "Open it as a page",
};

/** What stands in the way, in a word or two, and in a sentence. */
export function obstacleWords(one: Obstacle): { name: string; means: string } {
  switch (one.kind) {
    case "step_up": {
      const { name, acts } = STEP_UP_WORDS[one.of];
      const where = whereWords(one.where);
      if (isEachTime(one.where))
        return { name: `Asked again: ${name}`, means: `They show again who they are, ${where}.` };
      return {
        name: `Asked again: ${name}`,
        means: `They show again who they are before they ${acts}${where === "" ? "" : `, ${where}`}. It holds for ten minutes.`,
      };
    }
    case "four_eyes":
      return {
        name: `Four eyes: ${GUARDED_WORDS[one.of].name}`,
        means:
          "It waits until a second person approves it, or is done by break-glass and reviewed. Each of them shows who they are, each time.",
      };
    case "typed":
      return { name: "Typed to confirm", means: accessWords.typedMeans };
    case "owner_only":
      return { name: "Owners alone", means: "No other role has it." };
    default:
      return one satisfies never;
  }
}

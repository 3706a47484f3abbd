import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import type { ShownAct } from "./model.ts";

type Asked = Pick<ApprovalRecord, "runBy" | "actorKind" | "actorName" | "personId"> & {
  shown: { acts: ShownAct[] };
};

/** A role as what somebody is: "an owner". */
function asRole(role: unknown): string | null {
  if (typeof role !== "string" || !Object.hasOwn(ROLE_WORDS, role)) return null;
  const name = ROLE_WORDS[role as Role].name.toLowerCase();
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

async function findAdmin(db: Sql, id: string): Promise<{ email: string; role: Role } | undefined> {
  const [found] = isUuid(id)
    ? await db.query<{ email: string; role: Role }>("SELECT email, role FROM admin WHERE id = $1::uuid", [id])
    : [];
  return found;
}

async function roleOf(db: Sql, { act, target, after }: ShownAct): Promise<string | null> {
  // of somebody who is there it is theirs of now
  return asRole(act === "admin.enrolment_reset" ? (await findAdmin(db, target.id))?.role : after?.role);
}

/** What is given away, and what whoever has it can do; null where nobody can come in by what the act answers. */
async function whatIsGiven(db: Sql, acts: readonly ShownAct[]): Promise<string | null> {
  for (const act of acts) {
    if (act.act === "api_token.created")
      return `the new API token, and whoever has it can do what ${(await roleOf(db, act)) ?? "it"} may`;
    // by a provider nothing is handed over: the link is the sign-in page
    if (act.act !== "admin.invited" && act.act !== "admin.enrolment_reset") continue;
    if (typeof act.after?.provider === "string") continue;
    const role = await roleOf(db, act);
    return `the link, and whoever has it can come in as ${act.target.name}${role === null ? "" : `, ${role}`}`;
  }
  return null;
}

async function whoAsked(db: Sql, { actorKind, actorName, personId }: Asked): Promise<string> {
  if (actorKind !== "api_token") return actorName;
  const person = await findAdmin(db, personId);
  return `The API token ${actorName}${person === undefined ? "" : ` of ${person.email}`}`;
}

/** Who is given what an act answers, and who comes in by it, in a sentence: whoever approves it lets that happen. Null where its answer lets nobody in. */
export async function whoReceives(db: Sql, asked: Asked): Promise<string | null> {
  if (asked.runBy !== "requester") return null;
  const given = await whatIsGiven(db, asked.shown.acts);
  return given === null ? null : `${await whoAsked(db, asked)} receives ${given}.`;
}

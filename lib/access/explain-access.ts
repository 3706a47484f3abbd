import { readPolicy } from "../approvals/read-policy.ts";
import { requirePermission } from "../authz/require-permission.ts";
import { type Permission, permissionsOf, ROLE_WORDS, ROLES, type Role, roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { NEVER_UNATTENDED, STEP_UP_WORDS } from "../step-up/model.ts";
import { actRowOf, distinctObstacles, rolesWith } from "./act-rows.ts";
import type {
  ActRow,
  DeclaredAct,
  Explained,
  Holder,
  PermissionRow,
  Subject,
  SubjectKind,
  WhoMay,
} from "./model.ts";
import { AREAS, PERMISSION_WORDS } from "./permission-words.ts";
import { listSubjects, readSubject } from "./subjects.ts";
import { whereWords } from "./where-words.ts";

const ALL_PERMISSIONS: readonly Permission[] = Object.keys(PERMISSION_WORDS) as Permission[];

/** By its own role and, of an API token, by its creator's of now. */
function has({ role, creatorRole }: Subject, permission: Permission): boolean {
  return roleHas(role, permission) && (creatorRole === null || roleHas(creatorRole, permission));
}

function rowOf(permission: Permission, subject: Subject, acts: readonly ActRow[]): PermissionRow {
  const own = acts.filter((act) => act.permission === permission);
  return {
    permission,
    allows: PERMISSION_WORDS[permission].allows,
    may: has(subject, permission),
    roles: rolesWith(permission),
    obstacles: distinctObstacles(own.flatMap(({ obstacles }) => obstacles)),
    acts: own,
  };
}

function namesOf(roles: readonly Role[]): string {
  return roles.map((role) => ROLE_WORDS[role].name).join(", ");
}

/**
 * What an admin or an API token may do, and why: every permission with what it allows, whether their role has it, and what stands in the way. Of `acts` as the routes declare them. Needs
 * `access:read`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function explainSubject(
  ctx: Context,
  of: { kind: SubjectKind; id: string },
  acts: readonly DeclaredAct[],
): Promise<Explained> {
  requirePermission(ctx, "access:read");
  const [subject, policy] = await Promise.all([readSubject(ctx, of), readPolicy(ctx.db)]);
  const rows = acts.map((act) => actRowOf(act, policy));
  return {
    subject,
    why: whyWords(subject),
    areas: AREAS.map((area) => ({
      area,
      permissions: ALL_PERMISSIONS.filter((permission) => PERMISSION_WORDS[permission].area === area).map(
        (permission) => rowOf(permission, subject, rows),
      ),
    })).filter(({ permissions }) => permissions.length > 0),
  };
}

function whyWords(subject: Subject): string {
  const { role, creatorRole } = subject;
  const given = permissionsOf(role);
  const all = ALL_PERMISSIONS.length;
  const share = given.length === all ? `all ${all}` : `${given.length} of ${all}`;
  const own = `The role ${ROLE_WORDS[role].name} gives ${share} permissions.`;
  const left = given.filter((permission) => has(subject, permission)).length;
  if (creatorRole === null || left === given.length) return `${own} Nothing else gives any.`;
  return `${own} It counts as whoever made it, who is ${ROLE_WORDS[creatorRole].name} now: ${left} are left, which both roles give.`;
}

/** Every act, by its part of the console, with the roles that may do it. Needs `access:read`. */
export async function listActs(ctx: Context, acts: readonly DeclaredAct[]): Promise<ActRow[]> {
  requirePermission(ctx, "access:read");
  const policy = await readPolicy(ctx.db);
  const rows = acts.map((act) => actRowOf(act, policy));
  const placeOf = ({ area }: ActRow) => (AREAS as readonly string[]).indexOf(area);
  return rows.sort((a, b) => placeOf(a) - placeOf(b) || a.summary.localeCompare(b.summary));
}

/** What a program is not asked is said of it: nobody could answer. */
function stepUpWords(subject: Subject, { obstacles }: ActRow): string {
  const asked = obstacles.find((one) => one.kind === "step_up");
  if (asked === undefined) return "";
  if (subject.kind === "api_token" && NEVER_UNATTENDED.has(asked.of) && !asked.shutsOut)
    return " It waits until a person approves it: no API token lets anybody into this console by itself, or changes how they sign in.";
  if (subject.kind === "api_token")
    return subject.isUnattended
      ? " Nobody is asked again who they are: this API token acts unattended."
      : " It waits until a person approves it: this API token does not act unattended.";
  const where = whereWords(asked.where);
  return ` They are asked again who they are (${STEP_UP_WORDS[asked.of].name})${where === "" ? "" : ` ${where}`}.`;
}

function fourEyesWords({ obstacles }: ActRow): string {
  return obstacles.some(({ kind }) => kind === "four_eyes")
    ? " It waits until a second person approves it, or is done by break-glass and reviewed."
    : "";
}

function holderOf(subject: Subject, act: ActRow): Holder {
  const role = ROLE_WORDS[subject.role].name;
  const { creatorRole } = subject;
  if (
    act.permission !== null &&
    creatorRole !== null &&
    roleHas(subject.role, act.permission) &&
    !has(subject, act.permission)
  )
    return {
      ...subject,
      may: false,
      why: `${role} has ${act.permission}, but it counts as whoever made it, who is ${ROLE_WORDS[creatorRole].name} now and has not.`,
    };
  if (act.permission !== null && !roleHas(subject.role, act.permission))
    return {
      ...subject,
      may: false,
      why: `${role} does not have ${act.permission}; ${namesOf(act.roles)} would.`,
    };
  if (act.permission === null && subject.kind === "api_token")
    return { ...subject, may: false, why: "It is a person's own: an API token has none." };
  if (subject.whyNotNow !== null)
    return { ...subject, may: false, why: `${role} has it, but not now. ${subject.whyNotNow}` };
  const given =
    act.permission === null ? "Everybody may, for what is their own." : `${role} has ${act.permission}.`;
  return { ...subject, may: true, why: `${given}${stepUpWords(subject, act)}${fourEyesWords(act)}` };
}

/**
 * Who may do one act, and why: every admin and every API token, those who may first. Needs `access:read`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function explainAct(
  ctx: Context,
  { actId }: { actId: string },
  acts: readonly DeclaredAct[],
): Promise<WhoMay> {
  requirePermission(ctx, "access:read");
  const declared = acts.find(({ id }) => id === actId);
  if (declared === undefined) throw notFound("The act");
  const act = actRowOf(declared, await readPolicy(ctx.db));
  const holders = (await listSubjects(ctx)).map((subject) => holderOf(subject, act));
  const rank = ({ may, role }: Holder) => Number(!may) * ROLES.length + ROLES.indexOf(role);
  return { act, holders: holders.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)) };
}

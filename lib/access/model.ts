import type { AdminState } from "../admins/model.ts";
import type { ApiTokenState } from "../api-tokens/model.ts";
import type { PolicyKind } from "../approvals/model.ts";
import type { Permission, Role } from "../authz/roles.ts";
import type { StepUpKind } from "../step-up/model.ts";

/** Who may do what, and why; browser-safe. */

/** One act, as its route declares it: what is refused there is refused by it. */
export type DeclaredAct = {
  /** The operation's id in OpenAPI. */
  id: string;
  method: string;
  path: string;
  /** What it does, in words. */
  summary: string;
  /** Null: everybody who is signed in, for what is their own. */
  permission: Permission | null;
  /** Of which acts a person shows again who they are; `where` is null where that is always. */
  stepUp: { kind: StepUpKind; where: string | null } | null;
  /** Whether it only shuts somebody out, which an API token that acts unattended does by itself. */
  shutsOut: boolean;
  /** Whether something is typed to confirm it. */
  isTyped: boolean;
  /** Whether it changes nothing, and waits for no second person. */
  neverWaits: boolean;
};

/** What stands between a permission and its acts. */
export type Obstacle =
  | { kind: "step_up"; of: StepUpKind; where: string | null; shutsOut: boolean }
  /** A second person approves it first, now that the organisation wants that. */
  | { kind: "four_eyes"; of: PolicyKind | "policy" }
  | { kind: "typed" }
  | { kind: "owner_only" };

export type ActRow = Omit<DeclaredAct, "stepUp" | "shutsOut" | "isTyped" | "neverWaits"> & {
  area: string;
  /** Roles that may. */
  roles: Role[];
  obstacles: Obstacle[];
};

export type PermissionRow = {
  permission: Permission;
  /** What it allows, as a sentence. */
  allows: string;
  may: boolean;
  /** Roles that have it. */
  roles: Role[];
  /** What stands in the way of one of its acts at least. */
  obstacles: Obstacle[];
  acts: ActRow[];
};

export type SubjectKind = "admin" | "api_token";

/** An admin or an API token, and whether they can do anything at all now. */
export type Subject = {
  kind: SubjectKind;
  id: string;
  name: string;
  /** Of an admin. */
  email: string | null;
  role: Role;
  /** Of an API token whose creator's role bounds it: that role, now. */
  creatorRole: Role | null;
  state: AdminState | ApiTokenState;
  /** Of an API token: whether it does by itself what a person is asked again for. */
  isUnattended: boolean;
  /** Why they can do nothing now, in a sentence; null where they can. */
  whyNotNow: string | null;
};

export type Explained = {
  subject: Subject;
  /** By what all of it comes, in a sentence. */
  why: string;
  areas: { area: string; permissions: PermissionRow[] }[];
};

/** Who may do one act. */
export type Holder = Subject & { may: boolean; why: string };

export type WhoMay = { act: ActRow; holders: Holder[] };

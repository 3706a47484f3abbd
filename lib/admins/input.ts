import { z } from "zod";
import { ROLES } from "../authz/roles.ts";
import { chosenPassword, emailAddress, exactEmailAddress, line, rowId } from "../input/plain-text.ts";
import { ADMIN_NAME_MAX, ADMIN_PASSWORD_MAX, ADMIN_PASSWORD_MIN } from "./model.ts";

const setupToken = z.string().min(1).max(100);
const enrolment = z.string().min(1).max(2000);
const code = z.string().regex(/^\d{6}$/, "must be six digits");
const password = chosenPassword(ADMIN_PASSWORD_MIN, ADMIN_PASSWORD_MAX);

export const inspectSetupLinkInput = z.strictObject({ setupToken });

/** `email` is what the authenticator shows; an invitation knows its own. */
export const beginEnrolmentInput = z.strictObject({ setupToken, email: emailAddress });

export const createOwnerInput = z.strictObject({
  setupToken,
  enrolment,
  email: emailAddress,
  name: line(ADMIN_NAME_MAX),
  password,
  code,
});

export const acceptInvitationInput = z.strictObject({ setupToken, enrolment, password, code });

export const beginSignInEnrolmentInput = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(ADMIN_PASSWORD_MAX),
});

/** Either a `role`, or a `providerId`: by it they come in, and it says their role. Its `email` is compared letter by letter, upper and lower case too. */
export const createAdminInput = z
  .strictObject({
    email: exactEmailAddress,
    name: line(ADMIN_NAME_MAX),
    role: z.enum(ROLES).optional(),
    providerId: rowId.optional(),
  })
  .refine(({ role, providerId }) => (role === undefined) !== (providerId === undefined), {
    path: ["role"],
    message: "must be there, or a providerId instead",
  });
export type CreateAdminInput = z.output<typeof createAdminInput>;

export const compareAddressInput = z.object({ email: emailAddress });

export const changeAdminRoleInput = z.strictObject({ role: z.enum(ROLES) });

/** `password` is the new one. */
export const changePasswordInput = z.strictObject({
  currentPassword: z.string().min(1, "must not be empty").max(ADMIN_PASSWORD_MAX),
  password,
});
export type ChangePasswordInput = z.output<typeof changePasswordInput>;

export const replaceTotpInput = z.strictObject({ enrolment, code });

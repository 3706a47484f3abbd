import { z } from "zod";
import {
  chosenPassword,
  emailAddress,
  jsonObject,
  line,
  optionalLine,
  rowIds,
  seenVersion,
} from "../input/plain-text.ts";
import { REASONS } from "../revocations/model.ts";
import { USER_ATTRIBUTES_MAX_BYTES, USER_NAME_MAX, USER_PASSWORD_MAX, USER_PASSWORD_MIN } from "./model.ts";

const password = chosenPassword(USER_PASSWORD_MIN, USER_PASSWORD_MAX);

export const createUserInput = z.strictObject({
  email: emailAddress,
  name: line(USER_NAME_MAX),
  /** Without one the user cannot sign in at the authority until it is set. */
  password: password.optional(),
  groupIds: rowIds(100).default([]),
  attributes: jsonObject(USER_ATTRIBUTES_MAX_BYTES).default({}),
});

export const updateUserInput = z.strictObject({
  version: seenVersion,
  email: emailAddress.optional(),
  name: line(USER_NAME_MAX).optional(),
  attributes: jsonObject(USER_ATTRIBUTES_MAX_BYTES).optional(),
});

export const setUserPasswordInput = z.strictObject({ password });

/** The whole list, and the user's version that it was made from. */
export const setUserGroupsInput = z.strictObject({ version: seenVersion, groupIds: rowIds(100) });

export const disableUserInput = z.strictObject({
  reason: z.enum(REASONS),
  note: optionalLine(500).default(""),
});

export type CreateUserInput = z.output<typeof createUserInput>;
export type UpdateUserInput = z.output<typeof updateUserInput>;
export type SetUserGroupsInput = z.output<typeof setUserGroupsInput>;
export type DisableUserInput = z.output<typeof disableUserInput>;

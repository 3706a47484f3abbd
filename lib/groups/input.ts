import { z } from "zod";
import { line, optionalLine, rowIds, seenVersion } from "../input/plain-text.ts";
import { GROUP_NAME_MAX, GROUP_NAME_PATTERN } from "./model.ts";

const name = line(GROUP_NAME_MAX).regex(
  GROUP_NAME_PATTERN,
  "must be letters, digits, spaces and . _ : / @ - between letters or digits",
);

export const createGroupInput = z.strictObject({
  name,
  description: optionalLine(500).default(""),
  permissionIds: rowIds(500).default([]),
});

/** `permissionIds`, where given, is the whole list. */
export const updateGroupInput = z.strictObject({
  version: seenVersion,
  name: name.optional(),
  description: optionalLine(500).optional(),
  permissionIds: rowIds(500).optional(),
});

export type CreateGroupInput = z.output<typeof createGroupInput>;
export type UpdateGroupInput = z.output<typeof updateGroupInput>;

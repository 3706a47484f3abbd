import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentNote, numberParams } from "#app/_lib/schemas/incidents.ts";
import { addNote } from "#lib/incidents/add-note.ts";
import { incidentNoteInput } from "#lib/incidents/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/notes",
  summary: "Writes a note into a case, at a step or at one use, which is marked by it",
  permission: "incident:write",
  params: numberParams,
  body: incidentNoteInput,
  response: incidentNote,
  status: 201,
  location: (_, { number }) => `/api/v1/incidents/${number}`,
  handler: (ctx, { params, body }) => addNote(ctx, { ...body, number: params.number }),
});

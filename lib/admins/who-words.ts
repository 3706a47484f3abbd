import type { Context } from "../context.ts";

/** Who acts, as the beginning of a sentence, for whom it happens to: the machine is nobody's name. */
export function whoWords({ actor, pass }: Pick<Context, "actor" | "pass">): string {
  switch (actor.kind) {
    case "system":
      return "Somebody who holds the machine of this console";
    case "api_token":
      return `The API token ${actor.name}${seconded(pass)}`;
    case "anonymous":
      return "Somebody";
    case "admin":
    case "client":
    case "user":
      return `${actor.name}${seconded(pass)}`;
  }
}

function seconded(pass: Context["pass"]): string {
  if (pass?.approval === null || pass?.approval === undefined) return "";
  const { way, approvedBy } = pass.approval;
  if (way === "break_glass") return ", by break-glass,";
  return approvedBy === null ? "" : `, with the approval of ${approvedBy},`;
}

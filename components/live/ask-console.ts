/** How the console answers this browser: as ever, as one whose session is over, or not at all (its database is away, or it is). */
export type Answer = "ready" | "over" | "away";

export async function askConsole(): Promise<Answer> {
  const answer = await fetch("/api/v1/me", { credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 401) return "over";
  return answer?.ok === true ? "ready" : "away";
}

/** Whether the console knows nobody in this browser any more; no answer says nothing. */
export async function isSessionOver(): Promise<boolean> {
  const answer = await fetch("/api/v1/me", { credentials: "same-origin" }).catch(() => null);
  return answer?.status === 401;
}

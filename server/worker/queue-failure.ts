/** What the queue tells of a job that failed is a bare object with an error's parts, not all of which are told; of itself it tells errors. */
type Told = Error | (Record<string, unknown> & { message: string; stack?: string; queue?: string });

/** What failed, as the error that it was, and the job where it was one. */
export function readQueueFailure(told: Told): { error: Error; job: string | undefined } {
  if (told instanceof Error) return { error: told, job: undefined };
  const { message, stack, queue, ...rest } = told;
  return { error: Object.assign(new Error(message), rest, { stack }), job: queue };
}

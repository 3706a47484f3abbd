/** The command was written wrongly; shown with a pointer to the help. */
export class UsageError extends Error {}

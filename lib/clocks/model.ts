/** Why nothing leaves for now because of a clock, and until when: ISO 8601 in UTC. Browser-safe. */
export type ClockHold = { title: string; text: string; heldUntil: string };

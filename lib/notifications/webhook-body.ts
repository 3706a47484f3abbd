import type { NotificationKind, Tone } from "./model.ts";

/** A notification as the webhook sends it: one JSON object a line. */
export type WebhookNotification = {
  type: "notification";
  id: string;
  kind: NotificationKind;
  at: string;
  tone: Tone;
  title: string;
  text: string;
  /** Where in the console the thing is. */
  url: string | null;
  subject: { kind: string; id: string; name: string };
  actor: { name: string };
  environment: string;
};

/** What the test button sends: nothing happened. */
export type WebhookTest = {
  type: "test";
  id: string;
  at: string;
  isTest: true;
  message: string;
  environment: string;
};

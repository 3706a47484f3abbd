import { z } from "zod";
import { generateSecret } from "../passwords/generated-secret.ts";
import { SAMPLE_CLIENTS, SAMPLE_VERIFIERS } from "./sample-clients.ts";
import { SAMPLE_PERSON } from "./sample-people.ts";

/** What the sample organisation's own programs and people sign in with. */
export const demoCredentials = z.object({
  user: z.object({
    email: z.string(),
    /** The password of every sample user. */
    password: z.string().min(12),
  }),
  /** By client_id. */
  clientSecrets: z.record(z.string(), z.string()),
  /** By the verifier's name. */
  verifierSecrets: z.record(z.string(), z.string()),
});
export type DemoCredentials = z.infer<typeof demoCredentials>;

/** Credentials with the names of those that were made now: the database does not know them yet. */
export type CompletedCredentials = {
  credentials: DemoCredentials;
  isPasswordNew: boolean;
  newClientSecrets: ReadonlySet<string>;
  newVerifierSecrets: ReadonlySet<string>;
};

function complete(names: string[], held: Record<string, string>, prefix: "twc_" | "twv_") {
  const made = new Set(names.filter((name) => held[name] === undefined));
  const all = Object.fromEntries(names.map((name) => [name, held[name] ?? generateSecret(prefix).value]));
  return { all, made };
}

/** Makes what is missing of the sample organisation's credentials; null where there are none yet. */
export function completeDemoCredentials(held: DemoCredentials | null): CompletedCredentials {
  const confidential = SAMPLE_CLIENTS.filter(({ kind }) => kind === "web" || kind === "service");
  const clients = complete(
    confidential.map(({ clientId }) => clientId),
    held?.clientSecrets ?? {},
    "twc_",
  );
  const verifiers = complete(
    SAMPLE_VERIFIERS.map(({ name }) => name),
    held?.verifierSecrets ?? {},
    "twv_",
  );
  return {
    credentials: {
      user: {
        email: SAMPLE_PERSON,
        password: held?.user.password ?? generateSecret("tws_").value.slice(4, 28),
      },
      clientSecrets: clients.all,
      verifierSecrets: verifiers.all,
    },
    isPasswordNew: held === null,
    newClientSecrets: clients.made,
    newVerifierSecrets: verifiers.made,
  };
}

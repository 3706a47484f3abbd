import type Provider from "oidc-provider";
import type { EngineDeps } from "./deps.ts";
import { extendPayload } from "./extend-model.ts";
import { isEnded } from "./model-codes.ts";

/** `startedAtMs`: when the page was first shown; `atMs` of a login: when the password was typed. */
export type EngineInteraction = Omit<InstanceType<Provider["Interaction"]>, "result"> & {
  iat?: number;
  startedAtMs?: number;
  result?: { login?: { accountId?: string; atMs?: number } };
};

type InteractionClass = {
  find(id: string, options?: object): Promise<EngineInteraction | undefined>;
  prototype: EngineInteraction & { save(ttl: number): Promise<string> };
};

/** Whether somebody's password was typed before an order that ends what they had signed in to. */
function isSignInEnded(deps: EngineDeps, { result }: EngineInteraction): boolean {
  const { accountId, atMs } = result?.login ?? {};
  if (accountId === undefined || atMs === undefined) return false;
  const { isRevoked, isSuspended } = deps.orders().verdict(
    {
      id: "",
      familyId: "",
      sessionUid: null,
      userId: accountId,
      clientId: "",
      scopes: [],
      groups: [],
      audiences: [],
      signingKid: null,
      rootedAtMs: atMs,
    },
    Date.now(),
  );
  return isRevoked || isSuspended;
}

/**
 * Sign-ins that are under way end with their client when it is disabled, and with their person, also when either is enabled again: the page that is open leads to
 * nothing, as a code would.
 */
export function shapeInteractions(provider: Provider, deps: EngineDeps): void {
  const Interaction = provider.Interaction as unknown as InteractionClass;
  extendPayload(Interaction, ["startedAtMs"]);
  const { find, prototype } = Interaction;
  const { save } = prototype;
  prototype.save = async function saveWithStart(this: EngineInteraction, ttl) {
    this.startedAtMs ??= Date.now();
    return save.call(this, ttl);
  };
  Interaction.find = async (id, options) => {
    const interaction = await find.call(Interaction, id, options);
    if (interaction === undefined) return undefined;
    const client = deps.registry().clientsByClientId.get(String(interaction.params.client_id));
    const startedAtMs = interaction.startedAtMs ?? (interaction.iat ?? 0) * 1_000;
    const hasEnded = client !== undefined && isEnded(client, startedAtMs);
    return hasEnded || isSignInEnded(deps, interaction) ? undefined : interaction;
  };
}

import type { Context } from "../context.ts";
import type { GuardedKind } from "./model.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { newPass, type Pass } from "./pass.ts";

class TriedOut extends Error {}

/**
 * Does an act and takes it back: what it would have recorded, and what it asked for on the way, is what others are shown.
 *
 * @param kind why it wants a second person.
 * @param options.skipsStepUp where it is only looked at, nobody is asked who they are.
 * @throws whatever the act throws.
 */
export async function tryOut(
  ctx: Context,
  kind: GuardedKind,
  act: (ctx: Context) => Promise<unknown>,
  { skipsStepUp = false }: { skipsStepUp?: boolean } = {},
): Promise<Pass> {
  const pass = newPass({
    isTrial: true,
    skipsStepUp,
    isAnswered: false,
    approval: null,
    askedAt: ctx.now,
  });
  const end = new TriedOut();
  try {
    await inOneTransaction({ ...ctx, pass }, [kind], async (inner) => {
      await act(inner);
      throw end;
    });
  } catch (error) {
    if (error !== end) throw error;
  }
  return pass;
}

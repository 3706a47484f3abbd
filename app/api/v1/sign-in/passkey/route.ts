import { defineRoute } from "#app/_lib/define-route.ts";
import { passkeyCookie } from "#app/_lib/passkey-cookie.ts";
import { passkeyMeans } from "#app/_lib/passkey-means.ts";
import { passkeyOffer } from "#app/_lib/schemas/factors.ts";
import { getEnv } from "#lib/env.ts";
import { offerPasskeySignIn } from "#lib/passkeys/offer-sign-in.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in/passkey",
  summary: "Asks for a passkey to sign in with; five minutes, for this browser alone by a cookie",
  permission: "public",
  response: passkeyOffer.omit({ challenge: true }),
  handler: async (ctx) => {
    const { options, challenge, expiresAt } = await offerPasskeySignIn(ctx, passkeyMeans());
    return new Response(JSON.stringify({ options, expiresAt }), {
      headers: {
        "content-type": "application/json",
        "set-cookie": passkeyCookie(getEnv(), challenge),
      },
    });
  },
});

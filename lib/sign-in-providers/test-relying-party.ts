import { createOutbound } from "../outbound/outbound.ts";
import { discover } from "./discover.ts";
import { type AskedOf, type ExchangingProvider, exchangeCode } from "./exchange-code.ts";
import { createProviderKeys } from "./key-set.ts";
import { startTestProvider, type TestAccount, type TestProvider } from "./test-provider.ts";
import { answerTo, makeAsked } from "./test-question.ts";

export const REDIRECT = "http://localhost:1/api/auth/callback/one";

const ANA: TestAccount = {
  sub: "person-1",
  email: "Ana@Example.com",
  email_verified: true,
  name: "Ana",
  groups: ["tw-owners"],
};

export type RelyingParty = {
  theirs: TestProvider;
  outbound: ReturnType<typeof createOutbound>;
  /** The provider is honest again, and Ana is the one who signs in. */
  reset(): void;
  /** The provider as the console knows it, with no key read yet. */
  open(keyClock?: () => number): Promise<ExchangingProvider>;
  /** A whole sign-in as the browser and the console walk it. */
  signIn(
    provider: ExchangingProvider,
    change?: (answer: URLSearchParams, asked: AskedOf) => void,
  ): ReturnType<typeof exchangeCode>;
  stop(): Promise<void>;
};

/** The console's side of a sign-in, against a real provider of another company. */
export async function startRelyingParty(): Promise<RelyingParty> {
  const theirs = await startTestProvider({ redirectsTo: REDIRECT });
  const outbound = createOutbound({ allow: { ranges: [], hosts: [], origins: [theirs.issuer] } });
  return {
    theirs,
    outbound,
    reset() {
      theirs.tampering = {};
      theirs.how = { secondsAgo: 5, amr: ["pwd", "otp"] };
      theirs.person = { ...ANA };
    },
    async open(keyClock) {
      const metadata = await discover(outbound, theirs.issuer);
      return {
        clientId: theirs.clientId,
        clientSecret: theirs.clientSecret,
        roleClaim: "groups",
        metadata,
        keys: createProviderKeys(outbound, metadata.jwks_uri, keyClock),
      };
    },
    async signIn(provider, change = () => {}) {
      const asked = makeAsked(REDIRECT);
      const answer = await answerTo(theirs, provider, asked);
      change(answer, asked);
      return exchangeCode(outbound, provider, answer, { asked, now: new Date() });
    },
    async stop() {
      outbound.close();
      await theirs.stop();
    },
  };
}

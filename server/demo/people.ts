import { SAMPLE_CLIENTS, type SampleClient, sampleRedirectUris } from "#lib/demo/sample-clients.ts";
import { SAMPLE_GROUPS } from "#lib/demo/sample-directory.ts";
import { type SamplePerson, samplePeople } from "#lib/demo/sample-people.ts";
import { CookieJar } from "./cookie-jar.ts";
import { Unreachable } from "./http-exchange.ts";
import { personOrigin } from "./origins.ts";
import { createPersonSession, type PersonSession } from "./person-session.ts";
import { signIn } from "./sign-in.ts";
import { identityOf, pick, type Stage } from "./stage.ts";
import { type HeldToken, Refusal } from "./tokens.ts";

const MAX_SESSIONS = 180;
/** Sign-ins of people who are signed in already and go on to a second application. */
const SECOND_APPLICATION = 0.3;
const AWAY = 0.05;
const MISTYPES = 0.03;
const LOOKS_AT_PROFILE = 0.3;
/** How long somebody who was turned away stays away. */
const ASIDE_MS = 300_000;

/** Everybody who is at work. */
export type People = {
  readonly sessions: readonly PersonSession[];
  /** One new sign-in of somebody, somewhere. Answers whether it worked; never throws. */
  arrive(): Promise<boolean>;
  /** Renews what is due, lets go who leaves. Never throws. */
  keepUp(): Promise<void>;
};

type Member = { person: SamplePerson; clients: SampleClient[]; jar: CookieJar | null; asideUntilMs: number };

function clientsOf({ groups }: SamplePerson): SampleClient[] {
  const held = new Set(
    SAMPLE_GROUPS.filter(({ name }) => groups.includes(name)).flatMap(({ permissions }) => permissions),
  );
  return SAMPLE_CLIENTS.filter(
    ({ kind, permissions }) => kind !== "service" && permissions.some((permission) => held.has(permission)),
  );
}

/** `resumesPerSecond`: how many sessions renew their token early, as an application does that was in the background. */
export function createPeople(
  stage: Stage,
  resumesPerKeepUp: number,
  onLeft: (token: HeldToken) => void,
): People {
  const members: Member[] = samplePeople().map((person) => ({
    person,
    clients: clientsOf(person),
    jar: null,
    asideUntilMs: 0,
  }));
  const able = members.filter(({ clients }) => clients.length > 0);
  let sessions: PersonSession[] = [];
  let arriving = 0;

  function choose(): Member | undefined {
    const nowMs = Date.now();
    const present = able.filter(({ asideUntilMs }) => asideUntilMs <= nowMs);
    const signedIn = Math.random() < SECOND_APPLICATION ? present.filter(({ jar }) => jar !== null) : [];
    return pick(signedIn.length > 0 ? signedIn : present);
  }

  async function lookAtProfile(session: PersonSession): Promise<void> {
    const { userinfo } = await stage.door.endpoints();
    await stage.door.get(userinfo, session.from, { authorization: `Bearer ${session.token.value}` });
  }

  async function begin(member: Member, client: SampleClient): Promise<void> {
    const { email } = member.person;
    const from = personOrigin(email, client.clientId, client.kind, Math.random() < AWAY);
    const jar = member.jar ?? new CookieJar();
    const pair = await signIn(stage.door, {
      client: identityOf(stage, client.clientId),
      redirectUri: sampleRedirectUris(client)[0] ?? "",
      scopes: client.permissions,
      email,
      password: stage.credentials.user.password,
      from,
      jar,
      mistypes: Math.random() < MISTYPES,
    });
    member.jar = jar;
    const session = createPersonSession(stage, { client, from, pair, onLeft });
    sessions.push(session);
    if (Math.random() < LOOKS_AT_PROFILE) await lookAtProfile(session);
  }

  async function arrive(): Promise<boolean> {
    if (!stage.gate.isOpen || sessions.length + arriving >= MAX_SESSIONS) return false;
    const member = choose();
    const client = pick(member?.clients ?? []);
    if (member === undefined || client === undefined) return false;
    arriving += 1;
    try {
      await begin(member, client);
      return true;
    } catch (error) {
      if (error instanceof Unreachable) {
        stage.gate.close();
        return false;
      }
      if (!(error instanceof Refusal)) throw error;
      member.jar = null;
      member.asideUntilMs = Date.now() + ASIDE_MS;
      return false;
    } finally {
      arriving -= 1;
    }
  }

  return {
    get sessions() {
      return sessions;
    },
    arrive,
    async keepUp() {
      if (!stage.gate.isOpen) return;
      sessions = sessions.filter(({ isOver }) => !isOver);
      const resumed = Math.random() < resumesPerKeepUp ? pick(sessions) : undefined;
      for (const session of sessions) {
        if (!stage.gate.isOpen) return;
        await session.keepUp(session === resumed);
      }
    },
  };
}

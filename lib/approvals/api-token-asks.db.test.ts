import { describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { createTokenOnMachine } from "../api-tokens/create-on-machine.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { type Context, systemContext } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { countOpen } from "./count-open.ts";
import { getApproval } from "./get-approval.ts";
import { approvalsFixture } from "./test-approvals.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, turnOn, keep, ask, approveAs } = people;

describe("an API token", () => {
  const attended = (): Context => {
    const actor = {
      kind: "api_token",
      id: crypto.randomUUID(),
      name: "ci",
      role: "owner",
      isUnattended: false,
      personId: people.askerId,
    } as const;
    return { ...asker(2), actor };
  };

  test("without the right waits for a person, four eyes or not; with it only where four eyes wants", async () => {
    await expect(keep(240).act(attended())).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "unattended",
    });
    await keep(240).act(world.as("owner"));
    await turnOn();
    await expect(keep(241).act(world.as("owner"))).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "retention",
    });
    const { id } = await ask(attended());
    expect(await getApproval(other(3), { id })).toMatchObject({ kinds: ["unattended", "retention"] });
    expect(await countOpen(asker(3))).toMatchObject({ toDecide: 0 });
    // it is not on record as an API token: whoever revokes one ends what it asked for
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
  });

  test("that was revoked meanwhile gets nothing done", async () => {
    const { id: tokenId } = await createApiToken(asker(1), { name: "ci", role: "owner" });
    const actor = {
      kind: "api_token",
      id: tokenId,
      name: "ci",
      role: "owner",
      isUnattended: false,
      personId: people.askerId,
    } as const;
    const { id } = await ask({ ...asker(2), actor });
    await revokeApiToken(asker(3), { apiTokenId: tokenId });
    await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test("made on the machine has the right while four eyes is off; then only where it is asked for, and owners are alarmed", async () => {
    const cli = systemContext(world.db, "command-line");
    const input = { name: "ci", role: "auditor", isUnattended: false } as const;
    expect(await createTokenOnMachine(cli, input)).toMatchObject({
      isAlarm: false,
      row: { isUnattended: true },
    });
    await turnOn();
    expect(await createTokenOnMachine(cli, input)).toMatchObject({
      isAlarm: false,
      row: { isUnattended: false },
    });
    expect(await createTokenOnMachine(cli, { ...input, isUnattended: true })).toMatchObject({
      isAlarm: true,
      row: { isUnattended: true },
    });
    for (const who of [asker, other]) expect((await countOpen(who(3))).toReview).toHaveLength(1);
  });
});

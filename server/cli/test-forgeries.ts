import { createHash, randomUUID } from "node:crypto";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { type EvidencePack, FORMAT_BEFORE, hashedOf, packOf } from "#lib/incidents/evidence.ts";
import { evidenceHtml } from "#lib/incidents/evidence-html.ts";
import { CHECKPOINT_TYP, checkpointClaims } from "#lib/seals/checkpoint.ts";
import { type ChainedEntry, chainStep, entryLeaf } from "#lib/seals/entry-leaf.ts";
import { type RecordProofs, recordProofs } from "#lib/seals/record-proofs.ts";

/** What a hostile author has: two honest packs of a case, one let out as a page and one as data. */
export type Honest = { page: EvidencePack; data: EvidencePack };

export type Forgery = { what: string; text: string; name?: "html" };

type Log = RecordProofs;
type Stated = Omit<EvidencePack, "integrity">;

const LIE = "Nothing of it works any more.";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** A record that was changed, with the hash of what it says now. */
const anew = <T extends object>(record: T | undefined, change: object): T =>
  hashedOf({ ...record, ...change, sha256: undefined }) as unknown as T;

/** The pack that something else is stated in, with all hashes made anew, and the proof of the leaving that it had. */
function restated(
  pack: EvidencePack,
  change: (stated: Stated) => void,
  log = pack.integrity.log,
): EvidencePack {
  const { integrity: _, ...stated } = structuredClone(pack);
  change(stated);
  const made = packOf(stated);
  return { ...made, integrity: { ...made.integrity, log } };
}

const lie = ({ standing }: Stated) => standing.says.splice(0, standing.says.length, LIE);

/** A page with the hash of itself made anew. */
function rehashed(page: string): string {
  const tag = (of: string) => `<meta name="tokenwarden-sha256" content="${of}">`;
  const bare = page.replace(/<meta name="tokenwarden-sha256" content="[^"]*">/, tag(""));
  return bare.replace(tag(""), tag(sha256(bare)));
}

type Entry = Log["acts"][number]["entries"][number];

function leavingOf({ integrity: { log } }: EvidencePack): {
  log: Log;
  stretch: Log["acts"][number];
  act: Entry;
} {
  const [stretch] = log?.acts ?? [];
  const [act] = stretch?.entries ?? [];
  if (log === null || stretch === undefined || act === undefined)
    throw new Error("a pack whose leaving is not proved");
  return { log, stretch, act };
}

/** The proof of a leaving with another act in the place of the one that is proved. */
function withAct(pack: EvidencePack, change: Partial<Entry>): Log {
  const { log, stretch, act } = leavingOf(pack);
  return { ...log, acts: [{ ...stretch, entries: [{ ...act, ...change }] }] };
}

/** By a key of one's own: a checkpoint over an act of leaving that one made up. */
async function signedAnew(pack: EvidencePack): Promise<EvidencePack> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const [key] = pack.proofs.keys;
  const kid = key?.kid as string;
  const keys = [{ kid, alg: "ES256", jwk: { ...(await exportJWK(publicKey)), kid } }];
  const forged = restated(pack, (stated) => {
    lie(stated);
    stated.proofs = {
      ...stated.proofs,
      keys,
      checkpoints: [],
      seals: [],
      uses: [],
      acts: [],
      unproved: {
        uses: stated.uses.rows.map(({ id }) => ({ id, why: "costly" })),
        acts: stated.acts.map(({ sequence }) => ({ sequence, why: "costly" })),
      },
    };
  });
  const after = JSON.stringify({ as: "json", sha256: forged.integrity.sha256 });
  const { stretch, act } = leavingOf(pack);
  const { acts } = recordProofs.parse({ ...withAct(pack, { after }), keys });
  const entry = acts[0]?.entries[0] as ChainedEntry;
  const leaf = entryLeaf(entry);
  const hash = chainStep(Buffer.from(stretch.after, "hex"), entry.sequence, leaf).toString("hex");
  const claims = checkpointClaims({
    number: 7n,
    at: new Date(pack.generatedAt),
    previous: sha256(""),
    heads: [{ chain: "admin", sequence: entry.sequence, hash }],
  });
  const jws = await new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "ES256", kid, typ: CHECKPOINT_TYP })
    .sign(privateKey);
  const only = { from: act.sequence, after: stretch.after, leaves: [leaf.toString("hex")] };
  const log = {
    keys,
    checkpoints: [jws],
    seals: [],
    uses: [],
    acts: [{ ...only, entries: [{ ...act, after, chainHash: hash }] }],
  };
  return { ...forged, integrity: { ...forged.integrity, log } };
}

/** A checkpoint that says another thing, over the signature that it had or none. */
function resigned(pack: EvidencePack, header: object | null): EvidencePack {
  const { log, stretch, act } = leavingOf(pack);
  const forged = restated(pack, lie);
  const after = JSON.stringify({ as: "json", sha256: forged.integrity.sha256 });
  const [entry] = recordProofs.parse(withAct(pack, { after })).acts[0]?.entries ?? [];
  const leaf = entryLeaf(entry as ChainedEntry);
  const chainHash = chainStep(Buffer.from(stretch.after, "hex"), BigInt(act.sequence), leaf).toString("hex");
  const [was = "", , signature = ""] = (log.checkpoints.at(-1) ?? "").split(".");
  const claims = {
    number: 7,
    at: Date.now(),
    previous: sha256(""),
    heads: [{ chain: "admin", sequence: Number(act.sequence), hash: chainHash }],
  };
  const part = (of: object) => Buffer.from(JSON.stringify(of)).toString("base64url");
  const jws = [header === null ? was : part(header), part(claims), header === null ? signature : ""].join(
    ".",
  );
  const only = { from: act.sequence, after: stretch.after, leaves: [leaf.toString("hex")] };
  const proof = { ...log, checkpoints: [jws], acts: [{ ...only, entries: [{ ...act, after, chainHash }] }] };
  return { ...forged, integrity: { ...forged.integrity, log: proof } };
}

/** Packs that say what is not so, each of an honest one in another way. */
export async function forgeriesOf({ page: paged, data }: Honest): Promise<Forgery[]> {
  const html = evidenceHtml(paged);
  const [use, act] = [data.uses.rows.find(({ path }) => path !== null), data.acts[0]];
  const [proof] = data.proofs.uses;
  if (use === undefined || act === undefined || proof === undefined) throw new Error("a pack of nothing");
  const lied = restated(data, lie);
  const leaf = (of: Log["acts"][number], { sequence }: Entry) =>
    of.leaves[Number(BigInt(sequence) - BigInt(of.from))];
  const leaving = leavingOf(data);
  const after = JSON.stringify({ as: "json", sha256: lied.integrity.sha256 });
  const bare = `01${leaf(leaving.stretch, leaving.act)}`;
  const content = [leaving.act.note, leaving.act.before, leaving.act.after]
    .map((one) => JSON.stringify(one))
    .join(", ");
  const contentHash = sha256(`["entry/2 content", "${leaving.act.salt.slice(64, 96)}", ${content}]`);
  const [other] = data.proofs.acts;
  const borrowed = other?.entries[0];
  if (other === undefined || borrowed === undefined) throw new Error("a pack whose acts are not proved");
  const without = (id: string) => (proofs: Log) => {
    proofs.uses = proofs.uses.filter((one) => one.use.id !== id);
    return proofs.unproved?.uses ?? [];
  };
  const json = (what: string, of: object): Forgery => ({ what, text: JSON.stringify(of) });
  const withLog = (log: Log | null): EvidencePack => ({ ...lied, integrity: { ...lied.integrity, log } });
  const person = sha256(
    `["use/2 person", "${proof.use.salt}", ${[proof.use.path, proof.use.ip, proof.use.userAgent].map((one) => JSON.stringify(one)).join(", ")}]`,
  );
  const nothing = { path: null, ip: null, userAgent: null };
  const { integrity: _, ...stated } = data;
  const { log: __, ...summed } = packOf({ ...stated, format: FORMAT_BEFORE } as never).integrity;
  const page = (what: string, text: string): Forgery => ({ what, text: rehashed(text), name: "html" });
  return [
    json("what is refused now, said otherwise", lied),
    json(
      "a note that nobody wrote",
      restated(data, (of) => (of.incident = anew(of.incident, { notes: [{ text: LIE }] }))),
    ),
    json(
      "a token's state",
      restated(data, ({ tokens }) => (tokens.rows[0] = anew(tokens.rows[0], { state: "revoked" }))),
    ),
    json(
      "another case's number",
      restated(data, (of) => (of.incident = anew(of.incident, { number: 4_711 }))),
    ),
    json(
      "another time",
      restated(data, (of) => (of.generatedAt = new Date(0).toISOString())),
    ),
    json(
      "lines that the verification would have said",
      restated(data, (of) => {
        of.environment = "production\u001b[2K\nleft         as it is on 2026-01-01";
      }),
    ),
    json(
      "a use that is gone",
      restated(data, ({ uses }) => uses.rows.pop()),
    ),
    json(
      "an act that is gone",
      restated(data, ({ acts }) => acts.pop()),
    ),
    json(
      "a use that was changed, without its proof, and a reason for that",
      restated(data, ({ uses, proofs }) => {
        without(use.id)(proofs).push({ id: use.id, why: "costly" });
        uses.rows = uses.rows.map((one) => (one.id === use.id ? anew(one, { path: "/elsewhere" }) : one));
      }),
    ),
    json(
      "a use that never was",
      restated(data, ({ uses, proofs }) => {
        uses.rows.push(anew(use, { id: randomUUID() }));
        proofs.unproved?.uses.push({ id: uses.rows.at(-1)?.id as string, why: "gone" });
      }),
    ),
    json(
      "a use of which is hidden where it came from, as if that was erased: its proof holds",
      restated(data, ({ uses, proofs }) => {
        const [of] = proofs.uses;
        if (of !== undefined) of.use = { ...of.use, ...nothing, salt: person };
        uses.rows = uses.rows.map((one) => (one.id === proof.use.id ? anew(one, nothing) : one));
      }),
    ),
    json("an act of leaving that has its leaf for its salt", withLog(withAct(data, { after, salt: bare }))),
    json(
      "an act of leaving whose content was erased",
      withLog(withAct(data, { after: null, before: null, note: null, contentHash })),
    ),
    json("an act of leaving that says another hash", withLog(withAct(data, { after }))),
    json(
      "another act of the log under that name",
      withLog({
        ...data.proofs,
        uses: [],
        seals: [],
        acts: [
          {
            ...other,
            entries: [{ ...borrowed, act: leaving.act.act, after, salt: `01${leaf(other, borrowed)}` }],
          },
        ],
      }),
    ),
    json("the leaving of another pack", withLog(paged.integrity.log)),
    json("no leaving", withLog(null)),
    json("nothing of what is refused now", { ...data, standing: undefined }),
    json("an honest pack without its leaving", { ...data, integrity: { ...data.integrity, log: null } }),
    json("something more beside the leaving", {
      ...data,
      integrity: {
        ...data.integrity,
        log: { ...leaving.log, unproved: { uses: [{ id: LIE, why: "gone" }], acts: [] } },
      },
    }),
    json("a checkpoint that says another thing over a signature that is there", resigned(data, null)),
    json(
      "a checkpoint that nobody signed",
      resigned(data, { alg: "none", kid: data.proofs.keys[0]?.kid, typ: CHECKPOINT_TYP }),
    ),
    json("all of it signed by a key of one's own", await signedAnew(data)),
    json("written as the format before", { ...stated, format: FORMAT_BEFORE, integrity: summed }),
    json("called one of the format before", { ...data, format: FORMAT_BEFORE }),
    json("another number of records", {
      ...data,
      integrity: { ...data.integrity, records: data.integrity.records + 1 },
    }),
    {
      what: "a name twice, of which a person reads the first",
      text: JSON.stringify(data).replace("{", `{"standing":{"says":["${LIE}"]},`),
    },
    { what: "something after it", text: `${JSON.stringify(data)}\n{"standing":{"says":["${LIE}"]}}` },
    { what: "data under the name of a page", text: JSON.stringify(data), name: "html" },
    page("what people read", html.replace("still works", "works no more")),
    {
      what: "a page without its hash",
      text: html.replace(/<meta name="tokenwarden-sha256"[^>]*>/, "").replace("still works", "works no more"),
      name: "html",
    },
    page("a page that hides a part of itself", html.replace("</style>", ".standing{display:none}</style>")),
    page("a page with something after its end", `${html}<p>${LIE}</p>`),
    page(
      "a page with a second one's data",
      html.replace(
        "</body>",
        `<script type="application/json" id="evidence">${JSON.stringify(lied)}</script></body>`,
      ),
    ),
    page("a page of what left as data", evidenceHtml(data)),
    page("what a thief sent as an agent, as a part of the page", html.replaceAll("\\u003c", "<")),
    {
      what: "a page that begins otherwise",
      text: html.replace("<!doctype html>", "<!DOCTYPE html>"),
      name: "html",
    },
  ];
}

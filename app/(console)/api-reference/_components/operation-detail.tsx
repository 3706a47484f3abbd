import Link from "next/link";
import { Card, CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { type Permission, ROLE_WORDS, ROLES, roleHas } from "#lib/authz/roles.ts";
import { NEVER_UNATTENDED, STEP_UP_WORDS, type StepUpKind } from "#lib/step-up/model.ts";
import { type ApiDocument, type NamedOperation, resolved } from "../_lib/document.ts";
import { curlOf } from "../_lib/example.ts";
import { boundWords, schemaRows, typeWords } from "../_lib/schema-rows.ts";
import { FieldsTable } from "./fields-table.tsx";
import { Marked } from "./marked.tsx";
import { MethodBadge } from "./method-badge.tsx";
import classes from "./reference.module.css";
import { STATUS_WORDS, referenceWords as words } from "./words.ts";

/** All of one operation: what it needs, takes and answers, and how a shell asks for it. */
export function OperationDetail({
  document,
  operation,
  consoleUrl,
}: {
  document: ApiDocument;
  operation: NamedOperation;
  consoleUrl: string;
}) {
  const parameters = operation.parameters.map((one) => resolved(document, one));
  const body = operation.requestBody?.content["application/json"]?.schema;
  const answers = Object.entries(operation.responses).map(([status, answer]) => ({
    status,
    answer: resolved(document, answer),
  }));
  const successes = answers.filter(({ status }) => status < "300");
  const refusals = answers.filter(({ status }) => status >= "400");
  return (
    <>
      <Card>
        <p className={classes.back}>
          <Link href="/api-reference" prefetch={false}>
            {words.back}
          </Link>
        </p>
        <h2 className={classes.head}>
          <MethodBadge method={operation.method} />
          <span className={classes.address}>{operation.path}</span>
        </h2>
        <p className={classes.lead}>{operation.summary}.</p>
        {operation.description === undefined ? null : (
          <p className="muted">
            <Marked text={operation.description} />
          </p>
        )}
        <CardHeading>{words.needs}</CardHeading>
        <KeyValue items={needsOf(operation)} />
      </Card>
      <Card title={words.example}>
        <CommandLine text={curlOf({ ...operation, parameters }, consoleUrl)} what="example" />
      </Card>
      {parameters.length === 0 ? null : (
        <Card title={words.parameters} flush>
          <FieldsTable
            name={words.parameters}
            rows={parameters.map((one) => ({
              path: one.name,
              where: one.in,
              type: typeWords(one.schema),
              isRequired: one.required ?? false,
              notes: [
                ...(one.description === undefined ? [] : [one.description]),
                ...boundWords(one.schema.items ?? one.schema),
              ],
            }))}
          />
        </Card>
      )}
      {body === undefined ? null : (
        <Card title={words.body} flush>
          <FieldsTable name={words.body} rows={schemaRows(body)} />
        </Card>
      )}
      {successes.map(({ status, answer }) => {
        const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
        const rows = content === undefined ? [] : schemaRows(content.schema);
        return (
          <Card key={status} title={words.answer(status)} aside={<code>{type}</code>} flush>
            {rows.length > 0 ? <FieldsTable name={words.answer(status)} rows={rows} /> : null}
            <FieldsTable
              name={words.headers}
              heading={words.headers}
              rows={Object.entries(answer.headers ?? {}).map(([name, given]) => {
                const header = resolved(document, given);
                return {
                  path: name,
                  type: "header",
                  isRequired: false,
                  notes: header.description === undefined ? [] : [header.description],
                };
              })}
            />
          </Card>
        );
      })}
      <Card title={words.refusals} flush>
        <PlainTable
          name={words.refusals}
          rows={refusals}
          keyOf={({ status }) => status}
          columns={[
            { header: words.status, cell: ({ status }) => <span className={classes.code}>{status}</span> },
            { header: words.means, isWrapping: true, cell: ({ status }) => STATUS_WORDS[status] ?? "" },
          ]}
        />
      </Card>
    </>
  );
}

function needsOf(operation: NamedOperation) {
  const permission = operation["x-permission"];
  const stepUp = operation["x-step-up"];
  const once = operation["x-shown-once"];
  const approval = operation["x-approval"];
  const roles = ROLES.filter((role) => roleHas(role, permission as Permission));
  return [
    { key: words.permission, value: permissionWords(permission) },
    ...(roles.length === 0
      ? []
      : [{ key: words.roles, value: roles.map((role) => ROLE_WORDS[role].name).join(", ") }]),
    ...(stepUp === undefined ? [] : [{ key: words.stepUp, value: <Marked text={stepUpWords(stepUp)} /> }]),
    ...(approval === undefined
      ? []
      : [{ key: words.secondPerson, value: words.secondPersonMeans(approval.runBy === "requester") }]),
    ...(once === undefined ? [] : [{ key: words.shownOnce, value: words.shownOnceMeans(once.join(", ")) }]),
  ];
}

function permissionWords(permission: string) {
  if (permission === "public") return words.public;
  if (permission === "signed-in") return words.signedIn;
  return <code className={classes.code}>{permission}</code>;
}

function stepUpWords({ kind, where, shutsOut }: NonNullable<NamedOperation["x-step-up"]>): string {
  const { name } = STEP_UP_WORDS[kind as StepUpKind];
  return where === undefined
    ? words.stepUpAlways(name, NEVER_UNATTENDED.has(kind as StepUpKind) && !shutsOut)
    : words.stepUpWhere(name, where);
}

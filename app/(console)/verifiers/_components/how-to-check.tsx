import { Card, CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** Two ways to check tokens with this verifier's credentials, with the real addresses; SECRET stands for what was shown once. */
export function HowToCheck({
  verifier,
  issuer,
}: {
  verifier: Pick<VerifierDetail, "name" | "audiences">;
  issuer: string;
}) {
  const audience = verifier.audiences[0]?.name;
  const verify = `${issuer}/verify${audience === undefined ? "" : `?audience=${encodeURIComponent(audience)}`}`;
  const curl = `curl -u ${verifier.name}:SECRET \\\n  -d token=TOKEN \\\n  ${issuer}/oauth/introspect`;
  const nginx = `location / {
  auth_request /_verify;
  proxy_pass http://your-application;
}
location = /_verify {
  internal;
  proxy_pass ${verify};
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header X-Tokenwarden-Verifier SECRET;
  proxy_set_header X-Original-URI $request_uri;
  proxy_set_header X-Original-Method $request_method;
  proxy_set_header X-Forwarded-For $remote_addr;
}`;
  return (
    <Card title={words.how}>
      <CardHeading>{words.howCurl}</CardHeading>
      <CommandLine text={curl} what="introspection command" />
      <div style={{ height: 16 }} />
      <CardHeading>{words.howNginx}</CardHeading>
      <CommandLine text={nginx} what="nginx configuration" />
      <p className="muted" style={{ marginTop: 8 }}>
        {words.howStatus}
      </p>
    </Card>
  );
}

/** Heads of requests, as sent, by what is wrong with them. */
export const BAD_MESSAGES: [
  what: string,
  status: 400 | 505,
  head: (target: string, port: number) => string,
][] = [
  ["two hosts", 400, (target, port) => one(target, `Host: localhost:${port}`, "Host: evil.example")],
  [
    "the same host twice",
    400,
    (target, port) => one(target, `Host: localhost:${port}`, `hOST: localhost:${port}`),
  ],
  [
    "two authorizations",
    400,
    (target, port) =>
      one(target, `Host: localhost:${port}`, "Authorization: Bearer a", "authorization: Bearer b"),
  ],
  ["two hosts of HTTP/1.0", 400, (target) => `GET ${target} HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n`],
  ["no host", 400, (target) => one(target)],
  ...[
    "",
    "a b",
    "@:99999",
    "localhost evil.example",
    "a, b",
    "user@localhost",
    "localhost/path",
    "http://localhost",
    "localhost?x",
    "localhost#x",
    "local\\host",
    "local\thost",
    "local\x01host",
    "l\u00f6calhost",
    "localhost:x",
    "localhost:-1",
    "localhost:65536",
    "localhost:1:2",
    ":3000",
    "::1",
    "[::1",
    "[::1]x",
    "[1.2.3.4]:80",
    "[::g]",
    "<script>",
    "a".repeat(300),
  ].map((host): [string, 400, (target: string) => string] => [
    `the host ${JSON.stringify(host.slice(0, 30))}`,
    400,
    (target) => one(target, `Host: ${host}`),
  ]),
  [
    "chunks in HTTP/1.0",
    400,
    (target) =>
      `GET ${target} HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    "a body that is packed before it is cut into chunks",
    400,
    (target) => `${one(target, "Host: localhost", "Transfer-Encoding: gzip, chunked")}0\r\n\r\n`,
  ],
  // by the parser itself
  ["HTTP/1.2", 400, (target) => `GET ${target} HTTP/1.2\r\nHost: localhost\r\n\r\n`],
  ["a line without a version", 505, (target) => `GET ${target}\r\n\r\n`],
  ...["0.9", "2.0"].map((version): [string, 505, (target: string) => string] => [
    `HTTP/${version}`,
    505,
    (target) => `GET ${target} HTTP/${version}\r\nHost: localhost\r\n\r\n`,
  ]),
];

/** What health checks, proxies and clients send, and is right. */
export const GOOD_MESSAGES: [what: string, head: (target: string, port: number) => string][] = [
  ...[
    "localhost",
    "127.0.0.1:3000",
    "[::1]:3000",
    "[::ffff:127.0.0.1]",
    "my_service-1.internal.:443",
    "EXAMPLE.com:",
  ].map((host): [string, (target: string) => string] => [
    `the host ${host}`,
    (target) => one(target, `Host: ${host}`, "Connection: close"),
  ]),
  ["HTTP/1.0 without a host", (target) => `GET ${target} HTTP/1.0\r\n\r\n`],
  ["HTTP/1.0 with one", (target, port) => `GET ${target} HTTP/1.0\r\nHost: localhost:${port}\r\n\r\n`],
];

function one(target: string, ...headers: string[]): string {
  return `${[`GET ${target} HTTP/1.1`, ...headers].join("\r\n")}\r\n\r\n`;
}

import { table } from './known-labels.ts';
import { maxAliases } from './reconsul-labels.ts';
import type { CheckRow, Row } from './row.ts';

/** docs/labels.md. */
export const labelsMarkdown = (): string =>
	`# Labels

Generated from the table in \`src/derive/labels\` by \`node src/cli/docs.ts\`; do not edit.

Two languages say how a container is registered. That of registrator, \`SERVICE_*\`, is taken from labels and from the
environment and means what it always did. That of reconsul is labels under \`reconsul.\`. Both may be used at once: where both
say the same field, \`reconsul.\` counts.

A value that cannot be is reported in the log, by the label and the rule and never by the value, and its default is used; a
check that cannot work is left out. The service is registered all the same.

## reconsul.

\`\`\`
docker run -d -P \\
  --label reconsul.name=shop \\
  --label reconsul.check.web.http=/health \\
  --label reconsul.check.web.interval=5s \\
  nginx
\`\`\`

- \`reconsul.<key>\` concerns every port of the container, \`reconsul.80.<key>\` its port 80 of any protocol,
  \`reconsul.53/udp.<key>\` one protocol of it. What is said more precisely counts. The port is that inside the container.
- Keys are in lower case. One that is none is reported once, with what was probably meant.
- None of it becomes Meta, but what \`reconsul.meta.<key>\` says.
- Yes is \`true\`, \`1\`, \`yes\` or \`on\`; no is \`false\`, \`0\`, \`no\`, \`off\` or nothing. A duration is Go's: \`10s\`, \`1m30s\`.

### Of a service

${lines(table.service, 'reconsul.')}

### Of the container as a whole

${lines(table.container, 'reconsul.')}

### Of a check

A service has as many checks as there are names: letters, digits, \`_\` and \`-\`. Consul knows each as
\`reconsul:<service id>:<name>\`. The check of \`SERVICE_CHECK_*\` is one more. Exactly one of the first nine keys says what a
check asks; one that is empty, or says no, makes none, which is the way to be rid of an image's. Where one is said for a port,
it takes the place of the general one's, and the other keys stay.

The host is always where reconsul found the container: its own address, or the host's with the port that is published. No
value can make it another, and neither does \`reconsul.address\`, since the answer to a check can be read by everybody who may
read Consul. Where that label is all that says an address (network \`none\`), checks that ask one are left out, unless the
daemon was started with \`-useIpFromLabel=reconsul.address\`.

A path begins with \`/\`. \`tcp\` and \`udp\` take a port of the container, and ask the port that it is published as. The name of a
container's own check of \`-ttl\` is \`ttl\`.

Of what Consul documents, \`os_service\`, \`alias_node\`, \`service_id\` and \`id\` are not taken: they would ask something else than the
container, or on behalf of somebody else.

An agent that is too old for a key gets the check without it, or, where the check would mean something else, the service
without the check; the log says so once. It is tried again every 10 minutes. The same goes for \`args\` where the agent forbids
scripts (\`enable_script_checks\` allows them). With \`--no-script-checks\` reconsul asks for none:
checks by \`args\`, \`SERVICE_CHECK_SCRIPT\` and \`SERVICE_CHECK_CMD\` are left out, with a warning.

${lines(table.check, 'reconsul.check.<name>.')}
${rows(table.header, 'reconsul.check.<name>.')}

The words of \`args\` are split as a shell does, quotes and backslashes included, but no shell runs them; a JSON list
(\`["sh", "-c", "test -e /tmp/ready"]\`) is taken as it is.

### Further names

\`reconsul.aliases=www,shop\` registers the port twice more, as \`www\` and \`shop\`, with everything else the same. Their ids
are that of the first and \`:alias:www\`; their one check repeats the first's health, maintenance included. More than ${maxAliases}
for a port are left out, with a warning.

## SERVICE_

- \`SERVICE_<key>\` concerns every port, \`SERVICE_80_<key>\` the port 80, \`SERVICE_8000-8099_<key>\` the ports of a range. A key
  with the port counts before one with a range, the narrower range before the wider, any of them before one without; among
  equals a label before a variable. A range beside the port is an attribute, as its name says nothing to registrator.
- The case of keys does not matter, the prefix is in upper case.
- Yes is everything but \`false\`, \`0\`, \`no\` and nothing.
- Every other key is an attribute, and becomes a pair of Meta under its name in lower case: \`SERVICE_REGION=eu\` is
  \`region=eu\`. So do those below, but for \`id\`, \`name\` and \`tags\`. What Consul would refuse is left out and reported: keys
  with other characters than letters, digits, \`_\` and \`-\` or longer than 128, values of more than 512 bytes, more than 60
  pairs, keys that begin with \`consul-\` or \`reconsul-\`.
- Of the checks the first counts that is asked for: http, https, cmd, script, ttl, tcp, grpc.

${lines(table.registrator, 'SERVICE_')}
`;

const lines = (given: Readonly<Record<string, Row>>, prefix: string): string =>
	['| label | value | meaning |', '|---|---|---|', rows(given, prefix)].join('\n');

const rows = (given: Readonly<Record<string, Row>>, prefix: string): string =>
	Object.entries(given)
		.map(([key, row]) => `| \`${prefix}${shownKey(key, prefix)}\` | ${row.kind.form} | ${row.help}${sinceOf(row)} |`)
		.join('\n');

const shownKey = (key: string, prefix: string): string => (prefix === 'SERVICE_' ? key.toUpperCase() : key);

const sinceOf = (row: Row & Partial<CheckRow>): string =>
	row.since === undefined ? '' : ` (Consul ${row.since} and newer)`;

/** Why two sides that speak TLS do not come together. */
export type TlsFlaw = 'untrusted' | 'other-name' | 'out-of-date' | 'wants-ours' | 'no-tls' | 'bad-files';

/** Node's and OpenSSL's codes; those of alerts, which the other side sends, differ by version of TLS. */
const rows: readonly (readonly [code: RegExp, flaw: TlsFlaw])[] = [
	[/^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/, 'untrusted'],
	[/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'other-name'],
	[/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'out-of-date'],
	[/^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/, 'wants-ours'],
	[/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))/, 'no-tls'],
	[/^ERR_OSSL_/, 'bad-files'],
];

export const tlsFlawOf = (code: string): TlsFlaw | undefined => rows.find(([pattern]) => pattern.test(code))?.[1];

/** A small OpenID provider on a free port of loopback: discovery, keys, authorization code with PKCE, refresh tokens; real RSA signatures. */
import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const audience = 'ridetracker';
export const clientId = 'dispatch-map';

interface Asked {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirect: string;
}

export interface Issuer {
  readonly url: string;
  /** How often a token was asked for, by `grant_type`. */
  readonly grants: Record<string, number>;
  /** How long tokens are good for from now on, seconds. */
  lifeSeconds: number;
  /** The role that tokens have from now on. */
  role: string;
  /** Whether refresh tokens are handed out and taken from now on. */
  refreshes: boolean;
  /** A nonce that is put into the identity token in place of the right one. */
  nonce: string | undefined;
  stop(): Promise<void>;
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64Url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(claims: Record<string, unknown>): string {
  const text = `${base64Url({ alg: 'RS256', typ: 'JWT', kid: 'k1' })}.${base64Url(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`;
}

export async function startIssuer(): Promise<Issuer> {
  const asked = new Map<string, Asked>();
  const refreshTokens = new Set<string>();
  const server: Server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    grants: {},
    lifeSeconds: 600,
    role: 'dispatcher',
    refreshes: true,
    nonce: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const json = (response: ServerResponse, body: unknown, status = 200): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname === '/.well-known/openid-configuration') {
      return json(response, { issuer: url, jwks_uri: `${url}/keys`, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] });
    }
    if (pathname === '/keys') return json(response, { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'k1' }] });
    if (pathname === '/authorize') return authorize(searchParams, response);
    if (pathname === '/token' && request.method === 'POST') return token(new URLSearchParams(await bodyOf(request)), response);
    json(response, {}, 404);
  }

  /** Somebody is always signed in here: the browser is sent straight back. */
  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirect = query.get('redirect_uri') ?? '';
    const good = query.get('client_id') === clientId && query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && (query.get('scope') ?? '').split(' ').includes('openid');
    if (!good || !redirect.endsWith('/dispatch/')) return json(response, { error: 'invalid_request' }, 400);
    const code = randomUUID();
    asked.set(code, { nonce: query.get('nonce') ?? '', challenge: query.get('code_challenge') ?? '', redirect });
    response.writeHead(302, { Location: `${redirect}?${new URLSearchParams({ code, state: query.get('state') ?? '' }).toString()}` }).end();
  }

  function token(form: URLSearchParams, response: ServerResponse): void {
    const kind = form.get('grant_type') ?? '';
    issuer.grants[kind] = (issuer.grants[kind] ?? 0) + 1;
    let nonce: string | undefined;
    if (kind === 'authorization_code') {
      const code = asked.get(form.get('code') ?? '');
      asked.delete(form.get('code') ?? '');
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      if (code?.challenge !== challenge || code.redirect !== form.get('redirect_uri')) return json(response, { error: 'invalid_grant' }, 400);
      nonce = issuer.nonce ?? code.nonce;
    } else if (kind !== 'refresh_token' || !issuer.refreshes || !refreshTokens.delete(form.get('refresh_token') ?? '')) {
      return json(response, { error: 'invalid_grant' }, 400);
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, sub: 'desk-1', iat: now, exp: now + issuer.lifeSeconds };
    const refresh = randomUUID();
    if (issuer.refreshes) refreshTokens.add(refresh);
    json(response, {
      token_type: 'Bearer',
      access_token: sign({ ...claims, aud: audience, role: issuer.role, jti: randomUUID() }),
      ...(nonce === undefined ? {} : { id_token: sign({ ...claims, aud: clientId, nonce }) }),
      ...(issuer.refreshes ? { refresh_token: refresh } : {}),
    });
  }
  return issuer;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

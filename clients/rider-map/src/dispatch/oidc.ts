/** OpenID Connect in a browser: authorization code with PKCE (RFC 7636), state and nonce, renewal by refresh token. No secret. */
import type { OidcConfig } from '../map/map-config.js';
import { payloadOf } from '../page/token.js';

export interface Grant {
  readonly token: string;
  readonly refresh?: string;
}

/** What must be known again when the issuer sends the browser back. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** Why a sign-in failed, in words for the page. */
export class OidcError extends Error {}

const pendingKey = 'ridetracker.oidc';

export class Oidc {
  readonly #config: OidcConfig;
  readonly #redirectUri: string;
  readonly #storage: Storage;
  #discovery: Promise<Discovery> | undefined;

  constructor(config: OidcConfig, redirectUri: string, storage: Storage) {
    this.#config = config;
    this.#redirectUri = redirectUri;
    this.#storage = storage;
  }

  /** The address of the issuer's sign-in page. What is needed afterwards is kept until then. */
  async begin(): Promise<string> {
    const pending: Pending = { state: random(), nonce: random(), verifier: random() };
    const { authorization_endpoint } = await this.#discover();
    this.#storage.setItem(pendingKey, JSON.stringify(pending));
    const url = new URL(authorization_endpoint);
    const parameters = {
      response_type: 'code',
      client_id: this.#config.clientId,
      redirect_uri: this.#redirectUri,
      scope: this.#config.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await challengeOf(pending.verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Whether this address is the issuer's answer. */
  static isAnswer(query: URLSearchParams): boolean {
    return query.has('state') && (query.has('code') || query.has('error'));
  }

  /** Trades the answer for a token. Each answer is good once. */
  async finish(query: URLSearchParams): Promise<Grant> {
    const pending = readPending(this.#storage.getItem(pendingKey));
    this.#storage.removeItem(pendingKey);
    if (!pending || query.get('state') !== pending.state) throw new OidcError('This sign-in was not begun here. Please try again.');
    const error = query.get('error');
    if (error === 'access_denied') throw new OidcError('The sign-in was cancelled.');
    if (error) throw new OidcError(`The sign-in did not work: ${query.get('error_description') ?? error}.`);
    return this.#ask(
      { grant_type: 'authorization_code', code: query.get('code') ?? '', redirect_uri: this.#redirectUri, code_verifier: pending.verifier },
      pending.nonce,
    );
  }

  /** Undefined where the issuer will not have the refresh token any more. */
  async renew(refresh: string): Promise<Grant | undefined> {
    try {
      const grant = await this.#ask({ grant_type: 'refresh_token', refresh_token: refresh }, undefined);
      // An issuer that does not rotate refresh tokens gives none back.
      return grant.refresh === undefined ? { ...grant, refresh } : grant;
    } catch (error) {
      if (error instanceof OidcError) return undefined;
      throw error;
    }
  }

  async #ask(form: Record<string, string>, nonce: string | undefined): Promise<Grant> {
    const { token_endpoint, issuer } = await this.#discover();
    const response = await fetch(token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id: this.#config.clientId }),
      headers: { Accept: 'application/json' },
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (!response.ok) throw new OidcError(`The sign-in did not work: ${String(answer['error_description'] ?? answer['error'] ?? response.status)}.`);
    const { access_token: token, id_token: idToken, refresh_token: refresh } = answer;
    if (typeof token !== 'string') throw new OidcError('The sign-in gave no token.');
    if (nonce !== undefined) this.#checkId(idToken, issuer, nonce);
    return { token, ...(typeof refresh === 'string' ? { refresh } : {}) };
  }

  /** OpenID Connect Core 3.1.3.7. It comes straight from the issuer, so its signature need not be checked (number 6 there). */
  #checkId(idToken: unknown, issuer: string, nonce: string): void {
    const claims = typeof idToken === 'string' ? payloadOf(idToken) : undefined;
    const audience = [claims?.['aud']].flat();
    const good = claims?.['iss'] === issuer && audience.includes(this.#config.clientId) && claims['nonce'] === nonce;
    if (!good) throw new OidcError('The sign-in was answered for somebody else. Please try again.');
  }

  #discover(): Promise<Discovery> {
    this.#discovery ??= this.#fetchDiscovery().catch((error: unknown) => {
      this.#discovery = undefined;
      throw error;
    });
    return this.#discovery;
  }

  async #fetchDiscovery(): Promise<Discovery> {
    const authority = this.#config.authority.replace(/\/$/, '');
    const response = await fetch(`${authority}/.well-known/openid-configuration`).catch(() => undefined);
    const found = (await response?.json().catch(() => undefined)) as Discovery | undefined;
    if (!response?.ok || !found?.authorization_endpoint || !found.token_endpoint) {
      throw new OidcError(`The sign-in service at ${new URL(authority).host} does not answer.`);
    }
    // Discovery 1.0, 4.3: another's document is not to be used.
    if (found.issuer.replace(/\/$/, '') !== authority) throw new OidcError('The sign-in service calls itself by another name than the one that is set here.');
    return found;
  }
}

function readPending(text: string | null): Pending | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as Pending);
  } catch {
    return undefined;
  }
}

/** 256 bits, base64url. */
function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

export async function challengeOf(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

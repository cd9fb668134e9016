/** The dispatcher's page: signs somebody in, then opens the desk. */
import { loadDemo } from '../page/demo.js';
import { loadMapConfig, type MapConfig } from '../map/map-config.js';
import '../page/page.css';
import './dispatch.css';
import './cards.css';
import { Units } from '../page/units.js';
import { Api } from './api.js';
import { Console } from './console.js';
import { hookOf } from './hook.js';
import { Oidc, OidcError } from './oidc.js';
import { Session } from './session.js';
import { SignInView } from './sign-in-view.js';
import { faultOf, refusalOf } from './token-check.js';

const redirectUri = new URL('/dispatch/', location.href).href;

async function main(): Promise<void> {
  const units = new Units(navigator.language);
  // Before anything else: a token must not stay in the address, where it is seen, copied and remembered.
  const given = location.hash.slice(1);
  const answer = new URLSearchParams(location.search);
  if (given !== '' || Oidc.isAnswer(answer)) history.replaceState(null, '', cleanAddress(answer));

  const { config, skewMs } = await loadMapConfig();
  const oidcConfig = config.oidc ?? undefined;
  const oidc = oidcConfig && new Oidc(oidcConfig, redirectUri, sessionStorage);
  const nowMs = (): number => Date.now() + skewMs;
  const session = new Session(oidc, () => signIn.open(true));
  const takeToken = async (token: string): Promise<string | undefined> => {
    const fault = faultOf(token, nowMs(), units) ?? (await refusalOf(token));
    if (fault === undefined) begin({ token });
    return fault;
  };
  const signIn = new SignInView({
    paste: takeToken,
    oidcHost: oidcConfig && new URL(oidcConfig.authority).host,
    oidc: oidc && (async () => leaveFor(oidc)),
  });
  let console: Console | undefined;
  const begin = (kept?: Parameters<Session['accept']>[0]): void => {
    if (kept) session.accept(kept);
    signIn.close();
    document.body.dataset['signedIn'] = 'true';
    if (console) return console.resume();
    console = new Console(document.body, new Api(session), session, units, skewMs, () => {
      session.signOut();
      sessionStorage.setItem('ridetracker.signed-out', 'true');
      location.reload();
    });
    document.body.append(signIn.element);
    Object.defineProperty(window, '__ridetracker', { value: hookOf(console) });
    void console.start(withPlace(config));
  };
  document.body.append(signIn.element);
  // Within an open page: a link with another token.
  addEventListener('hashchange', () => location.reload());

  let fault = '';
  if (Oidc.isAnswer(answer) && oidc) {
    try {
      const grant = await oidc.finish(answer);
      fault = faultOf(grant.token, nowMs(), units) ?? (await refusalOf(grant.token)) ?? '';
      if (fault === '') return begin(grant);
    } catch (error) {
      // A TypeError is what fetch has for a network that is away.
      if (!(error instanceof OidcError) && !(error instanceof TypeError)) throw error;
      fault = error instanceof OidcError ? error.message : 'The sign-in service does not answer. Please try again.';
    }
    return signIn.open(false, fault);
  }
  if (given !== '') {
    fault = (await takeToken(given)) ?? '';
    if (fault === '') return;
    signIn.open(false);
    return signIn.complain(fault);
  }
  if (session.signedIn) return begin();
  const signedOut = sessionStorage.getItem('ridetracker.signed-out') !== null;
  const demo = signedOut || oidc ? undefined : await loadDemo();
  if (demo) return begin({ token: demo.dispatcherToken, demo: true });
  signIn.open(false);
}

/** The address without token and without the issuer's answer; what is left chooses a strategy. */
function cleanAddress(query: URLSearchParams): string {
  const rest = new URLSearchParams(query);
  for (const name of ['code', 'state', 'iss', 'session_state', 'error', 'error_description']) rest.delete(name);
  const text = rest.toString();
  return `/dispatch/${text === '' ? '' : `?${text}`}`;
}

const placeKey = 'ridetracker.place';

/** Off to the issuer, with the place kept for the way back. Answers only if that fails. */
async function leaveFor(oidc: Oidc): Promise<string> {
  try {
    const url = await oidc.begin();
    const hook = (window as unknown as { __ridetracker?: { view?: unknown } }).__ridetracker;
    if (hook?.view) sessionStorage.setItem(placeKey, JSON.stringify(hook.view));
    location.assign(url);
    // The page is about to go.
    return await new Promise<never>(() => {});
  } catch (error) {
    if (error instanceof OidcError) return error.message;
    throw error;
  }
}

function withPlace(config: MapConfig): MapConfig {
  const kept = sessionStorage.getItem(placeKey);
  sessionStorage.removeItem(placeKey);
  if (kept === null) return config;
  const { lng, lat, zoom } = JSON.parse(kept) as { lng: number; lat: number; zoom: number };
  return { ...config, center: [lng, lat], zoom };
}

void main();

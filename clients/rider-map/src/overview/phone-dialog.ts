/** The dialog that hands the wheel to a phone: a code to scan, the address in words, and how a phone gets to it. */
import { h, icon, icons, setText, show } from '../page/dom.js';
import { qrCode } from './qr.js';

export interface DriveAddress {
  readonly url: string;
  /** A browser there would not tell where it is. */
  readonly insecure: boolean;
  /** It leads to the very machine that opens it. */
  readonly local: boolean;
}

const localHosts = ['localhost', '127.0.0.1', '[::1]'];

/** The driver's page at an address, or at what somebody typed; undefined where that is no address. Pure. */
export function driveAddress(origin: string): DriveAddress | undefined {
  const text = origin.trim();
  if (!text) return undefined;
  try {
    const at = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
    const local = localHosts.includes(at.hostname) || at.hostname.endsWith('.localhost');
    return { url: new URL('/drive/', at.origin).href, insecure: at.protocol !== 'https:' && !local, local };
  } catch {
    return undefined;
  }
}

export class PhoneDialog {
  readonly element: HTMLDialogElement;
  readonly #code = h('div', { class: 'qr-frame' });
  readonly #url = h('code');
  readonly #warning = h('p', { class: 'qr-warning', hidden: true });
  readonly #ways: HTMLElement;

  constructor(origin: string) {
    const close = h('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, icon(icons.close, 20));
    const port = new URL(origin).port || '80';
    const other = h('input', { type: 'url', placeholder: 'https://…', 'aria-label': 'Address under which the phone reaches this server', autocomplete: 'off', spellcheck: 'false' });
    other.addEventListener('input', () => this.#show(driveAddress(other.value) ?? driveAddress(origin)!));
    this.#ways = h(
      'div',
      { class: 'ways' },
      h('h3', {}, 'How a phone gets here'),
      h('p', {}, 'Android by USB: run ', h('code', {}, `adb reverse tcp:${port} tcp:${port}`), ', then scan.'),
      h('p', {}, 'Any phone: put https before this server (a tunnel, or the edge of the Compose stack), and type its address:'),
      other,
    );
    this.element = h(
      'dialog',
      { class: 'phone-dialog', 'aria-labelledby': 'phone-title' },
      h('header', {}, h('h2', { id: 'phone-title' }, 'Drive with your phone'), close),
      h('p', { class: 'lead' }, 'Scan, tap Start driving, and go for a walk: the car on the map is you.'),
      this.#code,
      h('p', { class: 'qr-url' }, this.#url),
      this.#warning,
      h('p', { class: 'qr-note' }, 'A browser tells a page where it is only over https, or on localhost.'),
      this.#ways,
      h('a', { class: 'no-phone', href: '/drive/?simulate' }, 'No phone? Drive by tapping the map'),
    );
    close.addEventListener('click', () => this.element.close());
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
    const here = driveAddress(origin)!;
    show(this.#ways, here.local || here.insecure);
    this.#show(here);
  }

  open(): void {
    this.element.showModal();
  }

  #show({ url, insecure, local }: DriveAddress): void {
    this.#code.replaceChildren(qrCode(url));
    setText(this.#url, url);
    show(this.#warning, insecure || local);
    setText(this.#warning, insecure ? 'This address is not https: the phone’s browser would not tell where it is.' : 'On the phone, localhost is the phone itself: see below.');
  }
}

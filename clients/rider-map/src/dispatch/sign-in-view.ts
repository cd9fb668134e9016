/** The sign-in: over the map, so that nobody loses their place who has to do it again. */
import { h, icon, icons, setText, show } from '../page/dom.js';

export interface SignInActions {
  /** Answers with what is wrong, in words; undefined: taken. */
  paste(token: string): Promise<string | undefined>;
  /** Leaves for the issuer; answers only if that fails. */
  oidc: (() => Promise<string>) | undefined;
  oidcHost: string | undefined;
}

export class SignInView {
  readonly element = h('div', { class: 'd-sign-in', hidden: true });
  readonly #title = h('h1', {}, 'Dispatch');
  readonly #lead = h('p', { class: 'd-lead' });
  readonly #token = h('input', { type: 'password', id: 'd-token', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'd-token-error' });
  readonly #error = h('p', { class: 'd-error', id: 'd-token-error', role: 'alert' });
  readonly #oidcButton = h('button', { type: 'button', class: 'd-button accent' });
  readonly #oidcError = h('p', { class: 'd-error', role: 'alert' });

  constructor(actions: SignInActions) {
    const submit = h('button', { type: 'submit', class: actions.oidc ? 'd-button' : 'd-button accent' }, 'Open the map');
    const form = h('form', {}, h('label', { for: 'd-token' }, 'Dispatcher’s token'), this.#token, this.#error, submit);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#paste(actions, submit);
    });
    this.#token.addEventListener('input', () => this.#fault(''));
    const oidc = h('div', { class: 'd-oidc', hidden: actions.oidc === undefined }, this.#oidcButton, this.#oidcError, h('p', { class: 'd-or', 'aria-hidden': 'true' }, 'or'));
    setText(this.#oidcButton, `Sign in with ${actions.oidcHost ?? ''}`);
    this.#oidcButton.addEventListener('click', () => {
      this.#oidcButton.disabled = true;
      void actions.oidc?.().then((fault) => {
        this.#oidcButton.disabled = false;
        setText(this.#oidcError, fault);
      });
    });
    const card = h('main', { class: 'd-sign-in-card' }, h('span', { class: 'logo' }, icon(icons.logo, 24)), this.#title, this.#lead, oidc, form, h('p', { class: 'd-hint' }, 'The token stays in this tab and is gone when you close it. One can be made by ', h('code', {}, 'ridetracker-sim token --role dispatcher'), '.'));
    this.element.append(card);
  }

  /** `again`: somebody was signed in already. */
  open(again: boolean, fault = ''): void {
    setText(this.#lead, again ? 'Your sign-in ran out. Sign in again: the map stays where it is.' : 'Every car, every trip, as it happens. Sign in to see them.');
    setText(this.#oidcError, fault);
    show(this.element, true);
    (this.#oidcButton.closest<HTMLElement>('[hidden]') ? this.#token : this.#oidcButton).focus();
  }

  close(): void {
    show(this.element, false);
    this.#token.value = '';
    this.#fault('');
  }

  /** A token that came by another way, such as the address, and is not good. */
  complain(fault: string): void {
    this.#fault(fault);
  }

  #fault(text: string): void {
    setText(this.#error, text);
    this.#token.setAttribute('aria-invalid', String(text !== ''));
  }

  async #paste(actions: SignInActions, submit: HTMLButtonElement): Promise<void> {
    const token = this.#token.value.trim();
    if (token === '') return this.#fault('Paste a token first.');
    submit.disabled = true;
    const fault = await actions.paste(token);
    submit.disabled = false;
    this.#fault(fault ?? '');
    if (fault) this.#token.focus();
  }
}

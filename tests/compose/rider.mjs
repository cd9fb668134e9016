// A rider on server-sent events, as small as the protocol allows: reconnects with the cursor of the last state it has.

export class Rider {
  states = [];
  breaks = 0;
  #stopping = new AbortController();
  #waiting = new Set();
  #running;

  constructor(url, token) {
    this.#running = this.#run(url, token);
  }

  /** Waits until a state fulfils the condition. States before this call count too, unless `later` is set. */
  async until(what, condition, { later = false, ms = 60_000 } = {}) {
    const from = later ? this.states.length : 0;
    const found = () => this.states.slice(from).find(condition);
    if (found()) return found();
    return new Promise((resolve, reject) => {
      const look = () => {
        const state = found();
        if (!state) return;
        done();
        resolve(state);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no state within ${ms} ms: ${what}; last: ${JSON.stringify(this.states.at(-1))?.slice(0, 300)}; breaks: ${this.breaks}`));
      }, ms);
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
    });
  }

  async close() {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(url, token) {
    let last;
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      try {
        const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...(last && { 'last-event-id': last }) };
        const answer = await fetch(url, { headers, signal });
        if (answer.status !== 200) throw new Error(`status ${answer.status}`);
        for await (const event of events(answer.body)) {
          if (event.id) last = event.id;
          if (event.name === 'position') this.#take(JSON.parse(event.data));
        }
        this.breaks++;
      } catch {
        if (!signal.aborted) this.breaks++;
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  #take(state) {
    this.states.push(state);
    for (const look of [...this.#waiting]) look();
  }
}

async function* events(body) {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop();
    for (const part of parts) {
      const event = { name: 'message', data: '' };
      for (const line of part.split('\n')) {
        const [, field, value] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
        if (field === 'event') event.name = value;
        if (field === 'data') event.data += value;
        if (field === 'id') event.id = value;
      }
      yield event;
    }
  }
}

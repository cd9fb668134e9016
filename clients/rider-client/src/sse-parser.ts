/** Reads a text/event-stream by the rules of the WHATWG HTML standard, section 9.2. Pure: text in, events out. */

export interface SseEvent {
  readonly type: string;
  readonly data: string;
}

export interface SseParser {
  /** Set by `retry:`; milliseconds. */
  retryMs: number | undefined;
  /** The id of the last block that ended, also of one without data. */
  lastEventId: string;
  /** Takes a piece of decoded text, however it was cut, and returns the events it completes. */
  push(text: string): SseEvent[];
}

export function createSseParser(): SseParser {
  let rest = '';
  let afterCr = false;
  let type = '';
  let id = '';
  let data: string[] = [];
  const parser: SseParser = {
    retryMs: undefined,
    lastEventId: '',
    push(text) {
      const events: SseEvent[] = [];
      if (afterCr && text.startsWith('\n')) text = text.slice(1);
      else if (!text) return events;
      afterCr = text.endsWith('\r');
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [, field, value] = /^([^:]*):? ?([^]*)/.exec(line)!;
        if (field === 'event') type = value!;
        else if (field === 'data') data.push(value!);
        else if (field === 'retry' && /^\d+$/.test(value!)) parser.retryMs = Number(value);
        else if (field === 'id' && !/\0/.test(value!)) id = value!;
        else if (!line) {
          parser.lastEventId = id;
          // A block without any data line fires nothing; `data:` alone fires an event with empty data.
          if (data.length) events.push({ type: type || 'message', data: data.join('\n') });
          type = '';
          data = [];
        }
      }
      return events;
    },
  };
  return parser;
}

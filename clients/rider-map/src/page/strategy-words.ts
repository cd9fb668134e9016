/** The menu of strategies in English: pages that speak no other language take it from here. */
import type { StrategyWords } from './i18n/messages.js';

export const strategyWords: StrategyWords = {
  title: 'How the updates come',
  choices: {
    auto: { name: 'Automatic', hint: 'The best that works here' },
    sse: { name: 'Server-sent events', hint: 'One open line. The server speaks.' },
    websocket: { name: 'WebSocket', hint: 'One open line. Both sides can speak.' },
    'long-poll': { name: 'Long poll', hint: 'Asks once. Answered when there is news.' },
    poll: { name: 'Poll', hint: 'Asks every few seconds, news or not.' },
  },
  short: { sse: 'SSE', websocket: 'WebSocket', 'long-poll': 'Long poll', poll: 'Poll {seconds} s' },
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages, loadMessages, pickLanguage } from './language.js';
import { fill } from './messages.js';

/** Every text by its path: `strategy.short.sse`. */
function texts(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  return new Map(Object.entries(value as object).flatMap(([key, child]) => [...texts(child, path ? `${path}.${key}` : key)]));
}

const placeholders = (text: string): string => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort().join(' ');
const isPlural = (path: string): boolean => path.startsWith('minuteUnit.');

async function textsOf(lang: string): Promise<Map<string, string>> {
  return texts(await loadMessages(pickLanguage([lang])));
}

for (const lang of languages) {
  test(`${lang} has every text, with the same placeholders as English`, async () => {
    const english = await textsOf('en');
    const these = await textsOf(lang);
    const keys = (map: Map<string, string>): string[] => [...map.keys()].filter((path) => !isPlural(path)).sort();
    assert.deepEqual(keys(these), keys(english));
    for (const [path, text] of these) {
      assert.notEqual(text.trim(), '', path);
      if (!isPlural(path)) assert.equal(placeholders(text), placeholders(english.get(path) ?? ''), path);
    }
  });

  test(`${lang} has a word for minutes in each of its plural forms, or one for all`, async () => {
    const { minuteUnit } = await loadMessages(pickLanguage([lang]));
    const given = Object.keys(minuteUnit);
    assert.ok(given.includes('other'));
    const forms = new Set([...Array(121).keys()].slice(1).map((n) => new Intl.PluralRules(lang).select(n)));
    if (given.length > 1) for (const form of forms) assert.ok(given.includes(form), form);
  });
}

test('the first wanted language that there is gets picked, and regions keep their numbers', () => {
  assert.deepEqual(pickLanguage(['fr-FR', 'de-AT', 'en']), { lang: 'de', locale: 'de-AT', dir: 'ltr' });
  assert.deepEqual(pickLanguage(['ar-EG']), { lang: 'ar', locale: 'ar-EG', dir: 'rtl' });
  assert.deepEqual(pickLanguage(['fr-FR']), { lang: 'en', locale: 'en-FR', dir: 'ltr' });
  assert.deepEqual(pickLanguage(['%%', '']), { lang: 'en', locale: 'en', dir: 'ltr' });
});

test('a text is filled in, and an unknown name stays', () => {
  assert.equal(fill('{a} and {b}', { a: '1' }), '1 and {b}');
});

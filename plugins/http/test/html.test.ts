import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html, renderDocument, safeAddress } from '../src/html.ts';

const render = (value: string): string => renderDocument(html`<p title=${value}>${value}</p>`);

describe('a template', () => {
  test('escapes every value, in text and in attributes', () => {
    expect(render('"><script>alert(1)</script>')).toBe(
      '<!doctype html>\n<p title="&quot;>&lt;script>alert(1)&lt;/script>">&quot;>&lt;script>alert(1)&lt;/script></p>\n',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const [, attribute = '', text = ''] = /<p title(?:="([^"]*)")?>([^<]*)<\/p>\n$/.exec(render(value)) ?? [];
        const read = (escaped: string): string =>
          escaped.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
        return read(attribute) === value && read(text) === value;
      }),
    );
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'blob:https://a.example/1',
    'http://[',
  ])('replaces the address %j', (address) => {
    expect(safeAddress(address)).toBe('#');
    expect(renderDocument(html`<a href=${address}>x</a>`)).toContain('<a href="#">');
    expect(renderDocument(html`<form action=${address}></form>`)).toContain('<form action="#">');
  });

  test.each(['/stories/1', '#comments', 'https://river.example/?a=b&c', 'mailto:ada@example.org', '?after=1'])(
    'keeps the address %j',
    (address) => {
      expect(safeAddress(address)).toBe(address);
    },
  );

  test('rejects scripts, styles and raw HTML in attributes', () => {
    for (const name of ['onclick', 'onClick', 'dangerouslySetInnerHTML', 'srcdoc', 'style']) {
      expect(() => html`<p ...${{ [name]: 'x' }}></p>`, name).toThrow(TypeError);
    }
  });

  test('has no element whose name is a value', () => {
    expect(() => html`<${() => null}></>`).toThrow(TypeError);
  });
});

test('raw HTML is in no source but the one that begins a document', () => {
  const workspace = join(import.meta.dirname, '../../..');
  const files = globSync(['plugins/*/src/**/*.ts', 'app/src/**/*.ts'], { cwd: workspace });
  expect(files.length).toBeGreaterThan(30);
  const raw = files.filter((file) =>
    /dangerouslySetInnerHTML|renderToString|<!doctype|__html|from 'preact|from 'htm'/i.test(
      readFileSync(join(workspace, file), 'utf8'),
    ),
  );
  expect(raw).toEqual([join('plugins', 'http', 'src', 'html.ts')]);
});

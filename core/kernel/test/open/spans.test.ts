import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { collectSpans } from '../../../../test/helper/tracing.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import { openOn, revision } from './support.ts';

const { exporter, provider } = collectSpans();

describe.each(databaseKinds)('with an OpenTelemetry SDK on %s', (kind) => {
  it('a start has spans for its stages, each transaction of revisions, and each plugin', async () => {
    exporter.reset();
    const revisions = [
      revision('traced@0001', 'create table a (id int)'),
      revision('traced@0002', 'create table b (id int)', { revises: 'traced@0001' }),
    ];
    const traced = definePlugin({ name: 'traced' });
    const kernel = await openOn(kind, { plugins: { traced: { revisions, load: () => traced } } });
    await kernel.upgrade({ to: 'traced@0001' });
    await kernel.start();
    await provider.forceFlush();
    const spans = exporter.getFinishedSpans();
    const parents = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
    const tree = spans.map(
      ({ name, parentSpanContext }) => `${parents.get(parentSpanContext?.spanId ?? '') ?? '–'} > ${name}`,
    );
    expect(tree).toEqual([
      'headwater.upgrade > headwater.revision',
      '– > headwater.upgrade',
      'headwater.boot > headwater.boot.load',
      'headwater.boot > headwater.boot.bind',
      'headwater.boot > headwater.boot.connect',
      'headwater.upgrade > headwater.revision',
      'headwater.boot > headwater.upgrade',
      'headwater.boot > headwater.boot.upgrade',
      'headwater.boot > headwater.boot.open',
      'headwater.boot > headwater.plugin.start',
      'headwater.boot > headwater.boot.start',
      '– > headwater.boot',
    ]);
    const revisionSpans = spans.filter(({ name }) => name === 'headwater.revision');
    expect(revisionSpans.map(({ attributes }) => attributes['headwater.revision'])).toEqual([
      ['traced@0001'],
      ['traced@0002'],
    ]);
    expect(spans.find(({ name }) => name === 'headwater.plugin.start')?.attributes).toEqual({
      'headwater.plugin': 'traced',
    });
  });

  it('a failed upgrade marks its span', async () => {
    exporter.reset();
    const kernel = await openOn(kind, {
      plugins: { broken: { revisions: [revision('broken@0001', 'select nothing')] } },
    });
    await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await provider.forceFlush();
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'headwater.upgrade', status: { code: 2 } });
    expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
  });
});

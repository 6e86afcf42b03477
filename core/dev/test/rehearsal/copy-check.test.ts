import { describe, expect, it } from 'vitest';
import { isSameDatabase, type Identity } from '../../src/rehearsal/copy-check.ts';

const primary: Identity = { started: '1.000001', oid: '16384', isStandby: false, system: '7' };
const standby: Identity = { ...primary, started: '2.000002', isStandby: true };

describe('a copy', () => {
  it.each<readonly [what: string, own: Identity, copy: Identity, isSame: boolean]>([
    ['the database itself', primary, primary, true],
    ['another database of the same server', primary, { ...primary, oid: '16385' }, false],
    ['a snapshot on another server', primary, { ...primary, started: '3.000003' }, false],
    ['a dump on another server', primary, { ...primary, started: '3.000003', system: '8' }, false],
    ['the primary of the standby in the config', standby, primary, true],
    ['another server beside a standby', standby, { ...primary, system: '8' }, false],
    [
      'a server whose identifier the role may not read, beside a standby',
      { ...standby, system: null },
      { ...primary, system: null },
      true,
    ],
  ])('is told from the database of the config: %s', (_, own, copy, isSame) => {
    expect(isSameDatabase(own, copy)).toBe(isSame);
  });
});

import type { LedgerEvent } from '../ledger/events.ts';
import { moment } from './format-text.ts';

/** Returns the label and the text of a change of the ledger, for people. */
export function eventText({ kind, at, host, from, to, reason, unchecked }: LedgerEvent): readonly [string, string] {
  const labels = { accept: 'accepted', rename: 'renamed', stamp: 'stamped' };
  const rest = [
    ...(from === null ? [] : [`${from} → ${to}`]),
    ...(host === null ? [] : [`on ${host}`]),
    ...(unchecked ? ['not compared with the database'] : []),
  ];
  const text = [moment(at), ...rest].join(', ');
  return [labels[kind], reason === null ? text : `${text}: ${reason}`];
}

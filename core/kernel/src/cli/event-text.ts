import type { LedgerEvent } from '../ledger/events.ts';
import { moment } from './format-text.ts';

/** Returns the label and the text of a change of the ledger, for people. */
export function eventText({
  kind,
  at,
  host,
  from,
  to,
  object,
  reason,
  unchecked,
}: LedgerEvent): readonly [string, string] {
  const labels = { accept: 'accepted', rename: 'renamed', 'hand-over': 'handed on', stamp: 'stamped' };
  const change = [object, from === null ? null : `${from} → ${to}`].filter((part) => part !== null).join(', ');
  const rest = [
    change,
    ...(host === null ? [] : [`on ${host}`]),
    ...(unchecked ? ['not compared with the database'] : []),
  ];
  const text = [moment(at), ...rest.filter((part) => part !== '')].join(', ');
  return [labels[kind], reason === null ? text : `${text}: ${reason}`];
}

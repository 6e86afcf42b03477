import { columns, counted, duration, type Colors } from '@headwater/kernel/internal/command';
import type { LockMode, Rehearsal, RehearsedStep } from '@headwater/kernel/internal/migrations';

/** Formats a rehearsal for people. The lines fit in 80 columns unless names are long. */
export function explainRehearsal({ database, serverVersion, steps, worst, notRun }: Rehearsal, colors: Colors): string {
  const applied = steps.filter(({ outcome }) => outcome === 'committed').length;
  return [
    `Rehearsed on ${database}, PostgreSQL ${serverVersion}.`,
    ...steps.flatMap((step) => ['', ...explainStep(step, colors)]),
    ...(worst.length === 0
      ? []
      : [
          '',
          'Strongest lock of each table:',
          ...columns([
            ['  table', 'of', 'lock', 'blocks', 'at most'],
            ...worst.map(({ table, plugin, mode, blocks, atMostMs }) => [
              `  ${table}`,
              plugin ?? '–',
              blocks === null ? modeName(mode) : colors.yellow(modeName(mode)),
              blocks ?? '–',
              duration(atMostMs),
            ]),
          ]),
        ]),
    '',
    ...(notRun.length === 0 ? [] : [`Not reached: ${notRun.join(', ')}`]),
    `${counted(applied, 'revision')} applied to the copy. Rehearse again on a new one.`,
    'Times on a copy are no promise: other hardware, no load, and nobody waits.',
  ].join('\n');
}

function explainStep(step: RehearsedStep, colors: Colors): readonly string[] {
  const { revision, outcome, complete, milliseconds, rewrites, rows } = step;
  const mark = outcome === 'committed' ? colors.green('+') : colors.red('failed:');
  const facts = [
    ...lockLines(step),
    ...rewrites.map(({ kind, name, outcome: what, bytesBefore, bytesAfter }) => [
      what === 'emptied' ? 'new file' : colors.yellow('rewrite'),
      `${kind === 'index' ? 'index ' : ''}${name}: ${size(bytesBefore)} to ${size(bytesAfter)}`,
    ]),
    ...(rows ?? []).map(({ table, ...counts }) => [
      'rows',
      `${table}: ${Object.entries(counts)
        .flatMap(([what, n]) => (n === 0 ? [] : [`${n} ${what}`]))
        .join(', ')}`,
    ]),
    ...(complete ? [] : [['note', 'locks were sampled, so that short ones may be missing']]),
  ];
  return [
    `${mark} ${colors.bold(revision)}  ${duration(milliseconds)}`,
    ...columns(facts.map(([what = '', text = '']) => [`    ${what}`, text])),
  ];
}

/** The strongest lock on each table, which is listed first, except those that every query takes. `--json` has all locks. */
function lockLines({ locks }: RehearsedStep): readonly (readonly string[])[] {
  if (locks === null) return [['note', 'its locks could not be read']];
  const byTable = Map.groupBy(locks, ({ table }) => table);
  return Array.from(byTable.values()).flatMap(([strongest]) => {
    if (strongest === undefined || isOrdinary(strongest.mode)) return [];
    const { name, table, plugin, mode, atMostMs } = strongest;
    const where = name === table ? table : `${name} of ${table}`;
    const owner = plugin === null ? '' : ` (${plugin})`;
    return [['lock', `${modeName(mode)} on ${where}${owner}, at most ${duration(atMostMs)}`]];
  });
}

/** Whether reading or writing rows takes such a lock. */
function isOrdinary(mode: LockMode): boolean {
  return mode === 'AccessShareLock' || mode === 'RowShareLock' || mode === 'RowExclusiveLock';
}

/** Returns the name of a mode in SQL and in the documentation of PostgreSQL: ACCESS EXCLUSIVE. */
function modeName(mode: LockMode): string {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

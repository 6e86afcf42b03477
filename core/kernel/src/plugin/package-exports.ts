import { sourceCondition } from '../runtime/source-condition.ts';
import { isRecord } from './packages.ts';

/** The conditions under which Node imports a published package. */
export const stockConditions: readonly string[] = ['node', 'import', 'module-sync', 'default'];

/** The target of a subpath in `exports`. */
export interface ExportTarget {
  /** Relative to the package's folder: `./…`, and inside it. */
  readonly path: string;
  /** Whether the condition `headwater-source` led to it. */
  readonly fromSource: boolean;
}

/**
 * Resolves `subpath` (`.` or `./…`) in the `exports` of a package.json under `conditions`; returns `null` if there is
 * no target, or if it is outside the package. Follows Node's rules for exact subpaths; patterns (`*`) are ignored,
 * because no plugin exports its definition through a pattern.
 */
export function resolveExports(exports: unknown, subpath: string, conditions: readonly string[]): ExportTarget | null {
  const hasSubpaths = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  if (hasSubpaths) return Object.hasOwn(exports, subpath) ? targetIn(exports[subpath], conditions) : null;
  return subpath === '.' ? targetIn(exports, conditions) : null;
}

/** Conditions are nested this deeply only in a damaged package.json. */
const depthLimit = 16;

function targetIn(value: unknown, conditions: readonly string[], depth = 0): ExportTarget | null {
  if (depth > depthLimit) return null;
  if (typeof value === 'string') return isInside(value) ? { path: value, fromSource: false } : null;
  if (Array.isArray(value)) return firstIn(value, (item) => targetIn(item, conditions, depth + 1));
  if (!isRecord(value)) return null;
  // As in Node, conditions apply in the order of package.json, not in the order of `conditions`.
  const met = Object.keys(value).filter((condition) => conditions.includes(condition));
  return firstIn(met, (condition) => {
    const found = targetIn(value[condition], conditions, depth + 1);
    return found !== null && condition === sourceCondition ? { ...found, fromSource: true } : found;
  });
}

function firstIn<T>(values: readonly T[], find: (value: T) => ExportTarget | null): ExportTarget | null {
  for (const value of values) {
    const found = find(value);
    if (found !== null) return found;
  }
  return null;
}

/** Returns whether a path from a package.json stays inside the package: it begins with `./` and never leads out. */
export function isInside(path: string): boolean {
  const steps = path.split(/[/\\]|%2f|%5c/i);
  return (
    path.startsWith('./') &&
    !path.includes('\0') &&
    !steps.slice(1).some((step) => /^(?:\.{1,2}|%2e.*|node_modules)$/i.test(step))
  );
}

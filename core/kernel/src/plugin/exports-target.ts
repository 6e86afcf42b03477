import { isRecord } from './packages.ts';

/** Under which conditions Node imports a published package. */
export const stockConditions: readonly string[] = ['node', 'import', 'module-sync', 'default'];

/** The export condition under which a workspace resolves to its sources. It is ours alone: nothing else sets it. */
export const sourceCondition = 'headwater-source';

/** What `exports` gives for a subpath. */
export interface Target {
  /** Relative to the package's folder: `./…`, and inside it. */
  readonly path: string;
  /** Whether the condition `headwater-source` led to it. */
  readonly fromSource: boolean;
}

/**
 * What `exports` gives for `subpath` (`.` or `./…`) under `conditions`; `null` where it gives nothing, or a file outside
 * the package. Follows Node's rules for exact subpaths; patterns (`*`) are not looked at, since no plugin's door is one
 * of many.
 */
export function exportsTarget(exports: unknown, subpath: string, conditions: readonly string[]): Target | null {
  const hasSubpaths = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  if (hasSubpaths) return Object.hasOwn(exports, subpath) ? targetIn(exports[subpath], conditions) : null;
  return subpath === '.' ? targetIn(exports, conditions) : null;
}

/** Deeper than conditions go; a damaged package.json may. */
const depthLimit = 16;

function targetIn(value: unknown, conditions: readonly string[], depth = 0): Target | null {
  if (depth > depthLimit) return null;
  if (typeof value === 'string') return isInside(value) ? { path: value, fromSource: false } : null;
  if (Array.isArray(value)) return firstIn(value, (item) => targetIn(item, conditions, depth + 1));
  if (!isRecord(value)) return null;
  // The package's order decides, not ours.
  const met = Object.keys(value).filter((condition) => conditions.includes(condition));
  return firstIn(met, (condition) => {
    const found = targetIn(value[condition], conditions, depth + 1);
    return found !== null && condition === sourceCondition ? { ...found, fromSource: true } : found;
  });
}

function firstIn<T>(values: readonly T[], find: (value: T) => Target | null): Target | null {
  for (const value of values) {
    const found = find(value);
    if (found !== null) return found;
  }
  return null;
}

/** Whether a path that a package.json gives stays inside the package: `./`, and no step up or aside. */
export function isInside(path: string): boolean {
  const steps = path.split(/[/\\]|%2f|%5c/i);
  return (
    path.startsWith('./') &&
    !path.includes('\0') &&
    !steps.slice(1).some((step) => /^(?:\.{1,2}|%2e.*|node_modules)$/i.test(step))
  );
}

/**
 * The part of Emscripten's file system that the kernel uses. PGlite's own types for it import a package that is not
 * installed with PGlite.
 */
export interface EngineFiles {
  readonly mkdirTree: (path: string) => void;
  /** `canOwn` allows the file system to keep `bytes` and write to them. */
  readonly writeFile: (path: string, bytes: Uint8Array, options?: { readonly canOwn: true }) => void;
  /** Also compiles a library (`.so`), so that the server can open it. */
  readonly createPreloadedFile: (
    folder: string,
    name: string,
    bytes: Uint8Array,
    canRead: boolean,
    canWrite: boolean,
    onLoad: () => void,
    onError: () => void,
  ) => void;
  readonly readFile: (path: string, options: { readonly encoding: 'utf8' }) => string;
  readonly analyzePath: (path: string) => { readonly exists: boolean };
}

/** Returns the file system of an engine. */
export function filesOf(engine: unknown): EngineFiles {
  return (engine as { readonly Module: { readonly FS: EngineFiles } }).Module.FS;
}

/** Internal door `@headwater/kernel/internal/boot`, for `@headwater/dev` alone: booting an application. */
export { startStopwatch } from '../boot/boot-report.ts';
export type { App } from '../boot/app.ts';
export { declaredEntities } from '../boot/declared-entities.ts';
export { loadApp } from '../boot/load-app.ts';
export type { LoadedApp } from '../boot/load-app.ts';
export { bindInspection } from '../open/inspect.ts';
export { configOf } from '../open/open-options.ts';
export type { OpenOptions } from '../open/open-options.ts';
export { openProject, readDatabase } from '../open/project.ts';
export type { Project } from '../open/project.ts';
export { bootLoadedApp } from '../boot/start-app.ts';

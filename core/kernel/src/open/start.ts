import type { App, AppObserver, HostBind, LogOf } from '../boot/app.ts';
import { startStopwatch } from '../boot/boot-report.ts';
import { loadApp } from '../boot/load-app.ts';
import { startApp } from '../boot/start-app.ts';
import type { BootPurpose } from '../contract/define-plugin.ts';
import { Cancelled } from '../run/cancellation.ts';
import { explainCancellation } from '../migrate/explain-cancellation.ts';
import { openSpans } from '../telemetry/spans.ts';
import { bindInspection } from './inspect.ts';
import { assertNotCancelled, type Project } from './project.ts';

/**
 * Options of `start`.
 *
 * @example
 * const app = await kernel.start({
 *   bind({ bind }) {
 *     bind(Mailer).toConstantValue(mailer);
 *   },
 * });
 */
export interface StartOptions {
  /**
   * Registers values of the host: binds tokens that no plugin binds, contributes and decorates. It must be synchronous.
   * Default: none.
   */
  readonly bind?: HostBind;
  /**
   * The reason for the boot, which plugins get in `start`. For `command`, the plugin `http` does not listen. Default:
   * `serve`.
   */
  readonly purpose?: BootPurpose;
  /** Observes the start, the upgrade and the stop. Default: nothing is reported. */
  readonly observer?: AppObserver;
  /**
   * Aborting it cancels the start, which then throws CANCELLED. Plugins that have started are stopped. Aborting it later
   * has no effect. Default: never aborted.
   */
  readonly signal?: AbortSignal;
}

/** Options of {@link startProject} besides those of a host. */
export interface StartProjectOptions extends StartOptions {
  readonly log: LogOf;
  /** See `StartAppOptions`. Default: `signal`. */
  readonly interruption?: (() => AbortSignal) | undefined;
  readonly onStop?: () => Promise<void>;
  /** The time at which the first stage began, on the clock of `performance.now()`. Default: now. */
  readonly began?: number;
}

/** Loads, upgrades and starts the application of a project. */
export async function startProject(project: Project, options: StartProjectOptions): Promise<App> {
  const { bind, purpose = 'serve', observer = {}, signal, log, interruption, onStop, began } = options;
  const operation = { operation: 'start', signal } as const;
  const spans = await openSpans();
  const stages = startStopwatch((stage, milliseconds) => {
    spans.past(`headwater.boot.${stage}`, {}, milliseconds);
    observer.completes?.(stage, milliseconds);
    // Between stages nothing is running. After the last one, the application runs.
    if (stage !== 'start') assertNotCancelled(operation);
  }, began);
  try {
    assertNotCancelled(operation);
    return await spans.around('headwater.boot', {}, async () => {
      const revisionSet = await project.revisionSet();
      const loaded = await loadApp(project.config, stages, undefined, {
        revisionSet,
        bind,
        kernelBind: bindInspection,
      });
      const interrupt = interruption ?? (signal && (() => signal));
      return startApp(
        loaded,
        project.connections,
        {
          purpose,
          observer,
          log,
          ...(signal && { signal }),
          ...(interrupt && { interruption: interrupt }),
          ...(onStop && { onStop }),
        },
        stages,
      );
    });
  } catch (error) {
    // An upgrade explains its own cancellation. A start that is interrupted throws the reason of the signal.
    const isReason = signal?.aborted === true && error === signal.reason;
    throw (isReason ? explainCancellation(new Cancelled(signal.reason), operation) : null) ?? error;
  }
}

import type { AppObserver, LogOf } from '../boot/app.ts';
import type { PluginLog, WriteLog } from '../contract/define-plugin.ts';
import { shortMessage } from '../error/short-message.ts';

/**
 * A logger of the host, as `pino`, Fastify and `console` have it: each method takes fields, then a message. Every entry
 * has the field `plugin`; those of the kernel itself have `kernel` there.
 */
export interface HostLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Returns the log of each plugin. A logger that throws does not disturb anything. Default: entries are discarded. */
export function logOf(log: HostLog | LogOf | undefined): LogOf {
  if (log === undefined) return () => logWith(() => () => {});
  return (plugin) => {
    if (typeof log === 'function') {
      const own = log(plugin);
      return logWith((level) => (message, data) => own[level](message, data));
    }
    return logWith((level) => (message, data) => log[level]({ plugin, ...data }, message));
  };
}

function logWith(write: (level: keyof PluginLog) => WriteLog): PluginLog {
  const [debug, info, warn, error] = levels.map((level): WriteLog => {
    const entry = write(level);
    return (message, data) => {
      try {
        entry(message, data);
      } catch {
        // There is nowhere to report it.
      }
    };
  });
  // `levels` has four of them.
  return Object.freeze({ debug, info, warn, error }) as PluginLog;
}

/**
 * Returns an observer that reports to `observers`. What one of them throws, or a promise that it returns and that
 * rejects, is written to the log and changes nothing else.
 */
export function guarded(observers: readonly (AppObserver | undefined)[], log: PluginLog): AppObserver {
  const call = <Name extends keyof AppObserver>(
    name: Name,
    ...args: Parameters<NonNullable<AppObserver[Name]>>
  ): void => {
    const failed = (error: unknown): void => log.error(`the observer's \`${name}\` failed: ${shortMessage(error)}`);
    for (const observer of observers) {
      try {
        // The arguments are those of this function; TypeScript does not relate the two for a union of names.
        const result: unknown = (observer?.[name] as ((...all: readonly unknown[]) => unknown) | undefined)?.apply(
          observer,
          args,
        );
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  };
  return {
    plans: (...args) => call('plans', ...args),
    begins: (...args) => call('begins', ...args),
    waits: (...args) => call('waits', ...args),
    commits: (...args) => call('commits', ...args),
    completes: (...args) => call('completes', ...args),
    starts: (...args) => call('starts', ...args),
    stops: (...args) => call('stops', ...args),
  };
}

/** Returns an observer that writes the progress of a run to a log. */
export function loggingObserver(log: PluginLog): AppObserver {
  return {
    waits: (why, step) => log.info(`waiting for: ${why}`, step === null ? {} : { revision: step.id }),
    commits(steps, milliseconds) {
      for (const { id, direction } of steps) {
        log.info(`${direction === 'up' ? 'applied' : 'reverted'} ${id}`, { revision: id, direction, milliseconds });
      }
    },
  };
}

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { kernelError } from '../error/kernel-codes.ts';

const execute = promisify(execFile);

/** The outcome of a command of a tool. */
export interface ToolResult {
  readonly ok: boolean;
  /** Everything that it printed. */
  readonly output: string;
}

/** Runs a tool in `cwd` to its end. It gets no input. */
export async function runTool(tool: 'npm' | 'pnpm' | 'tar', args: readonly string[], cwd: string): Promise<ToolResult> {
  // Windows runs the command files of npm and pnpm only through a shell.
  const shell = process.platform === 'win32' && tool !== 'tar';
  // The reasons are read from the output, also where colors are forced.
  const options = { cwd, maxBuffer: 2 ** 26, shell, env: { ...process.env, npm_config_color: 'false' } };
  try {
    const { stdout, stderr } = await execute(tool, args, options);
    return { ok: true, output: `${stdout}${stderr}` };
  } catch (error) {
    // execFile adds the output to its errors.
    const { stdout = '', stderr = '', message } = error as Partial<Record<'stdout' | 'stderr' | 'message', string>>;
    return { ok: false, output: `${stdout}${stderr}`.trim() || (message ?? 'no output') };
  }
}

/** Returns the reason that a tool gave for its failure, on one line: npm's own errors, or else the end of its output. */
export function reasonIn(output: string): string {
  const noise =
    /^(?:npm (?:notice|warn|error (?:A complete log|code|errno|syscall)\b).*|(?:npm error\s*)?(?:at .*|\d{3})?)$/i;
  const lines = output.split('\n').filter((line) => !noise.test(line.trim()));
  const errors = lines.filter((line) => line.startsWith('npm error')).slice(0, 4);
  const shown = (errors.length > 0 ? errors : lines.slice(-4)).map((line) => line.replace(/^npm error\s*/, '').trim());
  return shown.join('; ').replace(/\.$/, '') || 'it says no more';
}

/** Unpacks a tarball of npm into the new folder `directory`. Throws PACKAGE_MANAGER_FAILED. */
export async function unpackTarball(tarball: string, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { ok, output } = await runTool('tar', ['-xzf', tarball, '-C', directory, '--strip-components=1'], directory);
  if (!ok)
    throw kernelError('PACKAGE_MANAGER_FAILED', {
      command: `tar -xzf ${tarball}`,
      directory,
      reason: reasonIn(output),
    });
}

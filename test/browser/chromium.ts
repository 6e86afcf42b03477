import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** The path of Chromium as a distribution installs it; `null` if there is none. */
export const chromiumPath = find(['chromium', 'chromium-browser']);

/** The reason for skipping browser tests, for their names; empty if Chromium is installed. */
export const withoutChromium = chromiumPath === null ? ' (skipped: the package chromium is not installed)' : '';

/** Starts Chromium. */
export function launchChromium(): Promise<Browser> {
  // Root, as which continuous integration runs, has no sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: chromiumPath ?? '', args });
}

function find(names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
  return found ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

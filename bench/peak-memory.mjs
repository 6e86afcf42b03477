// Preloaded into a measured process: appends its peak memory in bytes to the file that BENCH_PEAK_FILE names, when it
// exits. On Linux it reads the peak of this program alone, since getrusage never reports less than the memory of the
// parent process at the time of the start.
import { appendFileSync, readFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['BENCH_PEAK_FILE'];
  if (file !== undefined) appendFileSync(file, `${peak()}\n`);
});

function peak() {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) * 1024;
  } catch {
    // Another platform.
  }
  return process.resourceUsage().maxRSS * 1024;
}

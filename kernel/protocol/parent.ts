/** @file Notices when the process that started the kernel is gone. */

const EVERY_MS = 1000;

/**
 * Calls `gone` once when the parent that Jupyter names in JPY_PARENT_PID has ended. Without that variable the kernel
 * was started by hand or by a service manager and outlives its parent, as ipykernel does.
 */
export function watchParent(gone: () => void): void {
  const named = Number(process.env.JPY_PARENT_PID);
  if (!Number.isInteger(named) || named <= 1) return;
  const first = process.ppid;
  const timer = setInterval(() => {
    // An adopted orphan has another parent; a wrapper between may live on, so the named process is asked for too.
    if ((process.ppid === first || first === 1) && isAlive(named)) return;
    clearInterval(timer);
    gone();
  }, EVERY_MS);
  timer.unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives but is another user's, as behind sudo.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

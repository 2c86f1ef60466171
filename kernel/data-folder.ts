/** @file Where Jupyter keeps a user's data. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Jupyter's data folder of the user, by the same rules as jupyter_core's. */
export function userDataFolder(): string {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(process.env.APPDATA ?? homedir(), "jupyter");
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter");
}

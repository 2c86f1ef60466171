/** @file Runs a command that fetches packages, and runs it again while the network breaks off under it. */
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command.mjs";
import { say } from "./console.mjs";

const MOST_TRIES = 20;

/**
 * What npm and pip say of a connection that broke off. npm tries a request again, but not an answer that ends too early; pip
 * resumes files, but not the pages of the index. A server that cannot be reached at all is not among these: that is for the
 * user to mend.
 */
const BROKEN_OFF =
  /ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ERR_STREAM_PREMATURE_CLOSE|EINTEGRITY|EPIPE|\baborted\b|socket hang up|network timeout|E429\b|E50[0234]\b|IncompleteRead|Connection broken|ProtocolError|Connection aborted|ReadTimeout|Read timed out|incomplete-download|ended prematurely|Could not fetch URL|too many 50[0234] error|HTTP error 50[0234]|RemoteDisconnected/;

/**
 * Like {@link run}. What earlier tries fetched is in the package manager's cache, so that each goes further than the last.
 * @param options.again  arguments to add from the second try on
 * @param options.between  what to do before each further try
 */
export async function fetching(program, args, { again = [], between, ...options }) {
  for (let attempt = 1; ; attempt++) {
    // Where a person saw the first try's output, that of the others is kept, to know why they fail.
    const show = options.show && attempt === 1;
    try {
      return await run(program, attempt === 1 ? args : [...args, ...again], { ...options, show });
    } catch (error) {
      const unseen = error.output === "";
      if (attempt === MOST_TRIES || !(unseen || BROKEN_OFF.test(error.output ?? ""))) throw error;
      const why = unseen ? "that failed, perhaps by the network" : "the network broke off";
      say(`      ${why}; trying again (${attempt + 1} of ${MOST_TRIES}), what was fetched is kept`);
      await sleep(Math.min(attempt, 5) * 1000);
      await between?.();
    }
  }
}

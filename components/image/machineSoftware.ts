/** What the machines of an image are for, and how they become able to do it. */
export interface MachineSoftware {
  /** Of image, recipe and pipeline, after the deployment's prefix, e.g. `controller`. */
  readonly machine: string;
  /** Name of Image Builder's document, e.g. `jenkins`. */
  readonly document: string;
  /** Who the machines are, e.g. `Jenkins controllers and agents`. */
  readonly description: string;
  /** What is installed, e.g. `Jenkins, Java and plugins`. */
  readonly contents: string;
  /** A bash script for Amazon Linux 2023 that installs everything, and ends well if it is there. */
  readonly installation: string;
  /**
   * Lines of bash that look at the complete machine, run where it was built and on one that was started
   * from the image: `fail "…"` ends them, and the image is never distributed.
   */
  readonly checks: string;
}
